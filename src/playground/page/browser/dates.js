const formats = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { year: "numeric", month: "long", day: "numeric", weekday: "long" },
  time: { hour: "2-digit", minute: "2-digit" },
  time_secs: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
};

/** A Slack date template such as `{date_short_pretty} at {time}` for a moment in seconds, in the reader's own time zone. */
export function fillDate(seconds, template) {
  const moment = new Date(seconds * 1000);
  if (Number.isNaN(moment.getTime())) return null;
  return template.replaceAll(/\{(\w+)\}/g, (whole, name) => formatOne(moment, name) ?? whole);
}

function formatOne(moment, name) {
  if (name === "ago") return ago(moment);
  const pretty = name.endsWith("_pretty");
  const near = pretty ? nearDay(moment) : null;
  if (near !== null) return near;
  const format = formats[pretty ? name.slice(0, -"_pretty".length) : name];
  if (format === undefined) return null;
  return new Intl.DateTimeFormat(undefined, format).format(moment);
}

function nearDay(moment) {
  const days = Math.round((startOfDay(moment) - startOfDay(new Date())) / 86_400_000);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days] ?? null;
}

function ago(moment) {
  const seconds = Math.round((moment.getTime() - Date.now()) / 1000);
  const words = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  for (const [unit, length] of [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
  ]) {
    if (Math.abs(seconds) >= length) return words.format(Math.trunc(seconds / length), unit);
  }
  return words.format(seconds, "second");
}

const startOfDay = (moment) => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();

/** The moment of a message: its ts is seconds since 1970 with a counter after the point. */
export function momentOf(ts) {
  return new Date(Number.parseFloat(ts) * 1000);
}

/** "14:05" in the reader's own time zone. */
export function clock(ts) {
  return formatOne(momentOf(ts), "time");
}

/** "Today", "Yesterday" or a long date: the heading above a day's messages. */
export function dayName(ts) {
  const name = formatOne(momentOf(ts), "date_long_pretty");
  return name.charAt(0).toUpperCase() + name.slice(1);
}
