/** Fields that only servers and controllers read, by the field they stand in; "": anywhere. */
const NOISE: Readonly<Record<string, ReadonlySet<string>>> = {
  metadata: new Set(["managedFields", "resourceVersion", "uid", "generation", "selfLink"]),
  annotations: new Set(["kubectl.kubernetes.io/last-applied-configuration"]),
};
/** Anywhere below a status. */
const STATUS_NOISE = new Set([
  ...["observedGeneration", "hostIP", "hostIPs", "podIP", "podIPs", "qosClass", "imageID", "containerID"],
  ...["lastProbeTime", "lastHeartbeatTime", "images", "nodeInfo", "daemonEndpoints", "volumesInUse"],
]);

/** Where the reader stands: the fields above, and the field that is left out, or whose text goes over several lines. */
type Place = { above: { indent: number; key: string }[]; dropped: number | null; text: number | null };

/** An object as kubectl printed it with `-o yaml`, without managed fields, last-applied and what says nothing of its status. */
export function tidyYaml(text: string): string {
  const place: Place = { above: [], dropped: null, text: null };
  return text
    .split("\n")
    .filter((line) => isKept(line, place))
    .join("\n");
}

function isKept(line: string, place: Place): boolean {
  const { indent, isItem, key, opensText } = readLine(line);
  // A list stands at the indent of its own key.
  if (place.dropped !== null && isWithin(line, indent, isItem ? place.dropped - 1 : place.dropped))
    return false;
  place.dropped = null;
  if (place.text !== null && isWithin(line, indent, place.text)) return true;
  place.text = null;
  if (key === null) return true;
  const at = isItem ? indent + 2 : indent;
  place.above = place.above.filter((one) => one.indent < at);
  // The first field of an item shares its line with the item's mark, which has to stay.
  if (
    !isItem &&
    isNoise(
      key,
      place.above.map((one) => one.key),
    )
  ) {
    place.dropped = at;
    return false;
  }
  place.above.push({ indent: at, key });
  if (opensText) place.text = at;
  return true;
}

function isWithin(line: string, indent: number, field: number): boolean {
  return line.trim() === "" || indent > field;
}

/** The same of `-o json`; null where it is no JSON. */
export function tidyJson(text: string): string | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return JSON.stringify(tidied(value, []), null, 1);
}

function tidied(value: unknown, above: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((one) => tidied(one, above));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !isNoise(key, above));
  return Object.fromEntries(kept.map(([key, inner]) => [key, tidied(inner, [...above, key])]));
}

function isNoise(key: string, above: readonly string[]): boolean {
  if (NOISE[above.at(-1) ?? ""]?.has(key) === true) return true;
  // What a config map holds below its data is nobody's status.
  return STATUS_NOISE.has(key) && above.includes("status") && !above.includes("data");
}

type Read = { indent: number; isItem: boolean; key: string | null; opensText: boolean };

function readLine(line: string): Read {
  const [, space = "", item = "", key = "", rest = ""] =
    /^( *)(- )?(?:("[^"]*"|'[^']*'|[^\s:"'#][^:]*):(?= |$)(.*))?/.exec(line) ?? [];
  return {
    indent: space.length,
    isItem: item !== "" || /^ *-$/.test(line),
    key: key === "" ? null : key.replace(/^["'](.*)["']$/, "$1"),
    opensText: /^ *[|>][-+\d]*$/.test(rest),
  };
}
