/** What kubectl said of its failure. `isServers`: it is the API server's answer, without "Error from server". */
export type Statement = { isServers: boolean; text: string };

/** Lines of kubectl's own log: `E1130 18:04:21.271678   11088 memcache.go:265] …`. */
const LOGGED = /^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [\w./-]+:\d+\] ?/;
const WARNED = /^Warning: /;
/** How a statement of kubectl 1.32 about its failure begins (`CheckErr` in its sources). */
const BEGINS =
  /^(?:error: |Error: |Error from server|Error in configuration: |The connection to the server |Unable to connect to the server: |The request is invalid: |The [A-Za-z][\w.]{0,200} "[^"]{0,253}" is invalid:)/;
const FROM_SERVER = /^Error from server(?: \([A-Za-z]{1,60}\))?: /;
/** Questions for a login, which nobody answers, stand before it on one line. */
const ASKED = /^(?:Please enter (?:Username|Password): )+/;
const LOGIN = /^Unable to connect to the server: getting credentials: /;

/** What kubectl puts around the reason itself. Each is taken off the beginning once, in this order. */
const AROUND: readonly RegExp[] = [
  /^error: /,
  /^Error: /,
  /^The request is invalid: /,
  // The patch with last-applied, whatever its size, and where it was to go. A patch has no line break.
  /^error when applying patch:\n[^\n]*\nto:\n[^\n]*\n[^\n]*\nfor: "[^"\n]*": /,
  /^error when retrieving current configuration of:\n[^\n]*\n[^\n]*\nfrom server for: "[^"\n]*": /,
  /^error when [a-z]+ "[^"\n]{0,500}": /,
  /^error from server(?: \([A-Za-z]{1,60}\))?: /,
  /^failed to (?:create|patch) [a-zA-Z -]{1,60}: /,
  /^no objects passed to scale /,
];

/** A multi-line statement has this many lines at most: a patch, where it goes, and what is wrong with it. */
const MAX_LINES = 60;
const MAX_CHARS = 16_384;

/**
 * What kubectl said of its failure in its stderr, one statement each, in order. The first one counts: a later line may be an
 * admission webhook's own words, which begin as they like.
 */
export function readStatements(stderr: string): Statement[] {
  const lines = stderr.split("\n").map((line) => line.replace(ASKED, ""));
  const told = lines.filter((line) => !LOGGED.test(line) && !WARNED.test(line));
  const starts = told.flatMap((line, index) => (BEGINS.test(line) ? [index] : []));
  return starts.map((from, index) => {
    const all = told.slice(from, starts[index + 1]).slice(0, MAX_LINES);
    const text = all.join("\n").slice(0, MAX_CHARS).trim();
    return { isServers: FROM_SERVER.test(text), text: text.replace(FROM_SERVER, "") };
  });
}

/** Whether it says that the kubeconfig's login program failed. That program says what it likes before kubectl does. */
export function saysLoginFailed({ text }: Statement): boolean {
  return LOGIN.test(text);
}

/** The reason itself, without what kubectl puts around it. */
export function bareReason({ text }: Statement): string {
  return AROUND.reduce((left, around) => left.replace(around, ""), text);
}

/** The same with all of kubectl's own words, without what only announces an error. */
export function ownWords({ text }: Statement): string {
  return text.replace(/^[Ee]rror: /, "");
}

/** What kubectl's own log says of the connection, where nothing else was said: it was ended while it tried. */
export function loggedFault(stderr: string): string | null {
  const line = stderr.split("\n").findLast((one) => LOGGED.test(one) && / err="/.test(one));
  const said = line === undefined ? undefined : / err="((?:[^"\\]|\\.)*)"$/.exec(line)?.[1];
  return said === undefined
    ? null
    : said.replace(/\\(.)/g, "$1").replace(/^couldn't get [a-z A-Z]{1,60}: /, "");
}

/** What kubectl printed without the lines of its own log, which say the same thing up to five times. */
export function withoutLog(stderr: string): string {
  return stderr
    .split("\n")
    .filter((line) => !LOGGED.test(line))
    .join("\n");
}
