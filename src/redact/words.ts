import { isHarmless, MARK } from "./keys.ts";

/** Replaces secrets by the words around them: SQL, the arguments of clients of databases and registries, login files, bytes and objects in errors. */
export function redactWords(text: string): string {
  let clean = text;
  if (SQL_GATE.test(clean)) clean = clean.replace(SQL, keepAround);
  if (PROGRAM_GATE.test(clean)) clean = redactClients(clean);
  if (clean.includes("login") && clean.includes("password")) clean = clean.replace(NETRC, keepFirst);
  if (clean.includes(":")) clean = redactPgpass(clean);
  if (clean.includes("{0x")) clean = clean.replace(BYTES, `$1${MARK}`);
  return clean.includes("error found in #") ? clean.replace(SNIPPET, `$1${MARK}`) : clean;
}

const SQL_GATE = /\b(?:password|identified)\b/i;
/** PASSWORD '…', PASSWORD = N'…', PASSWORD('…'), IDENTIFIED BY '…', IDENTIFIED WITH plugin AS '…'. */
const SQL =
  /(\b(?:password|identified[ \t]{1,4}by(?:[ \t]{1,4}password)?|identified[ \t]{1,4}with[ \t]{1,4}[\w"'`]{1,64}[ \t]{1,4}(?:by|as))(?:[ \t]{1,4}|[ \t]{0,4}[=(][ \t]{0,4})[NE]?)('(?:[^'\\\n]|''|\\[^\n])*'|\\'(?:[^'\\\n])*\\')/gi;

function keepAround(_all: string, before: string, value: string): string {
  const quote = value.startsWith("\\") ? "\\'" : "'";
  return isHarmless(value.slice(quote.length, -quote.length), false)
    ? before + value
    : before + quote + MARK + quote;
}

const PROGRAM_GATE = /\b(?:mysql|maria|mycli|mongo|cqlsh|redis-cli|valkey-cli|sqlcmd|login)/;
/** A program whose flag takes a password, the end of its command, or such a flag with its value. */
const CLIENT =
  /\b(?:mysql(?:dump|admin|import|check|show|sh|pump)?|maria(?:db(?:-dump|-admin)?|backup)|mycli|mongo(?:sh|dump|restore|export|import)?|cqlsh|(?:redis|valkey)-cli|sqlcmd|(?:docker|podman|nerdctl|skopeo|oras|crane|az|registry)[ \t"',]{1,4}login)(?=["'\s,])|[\n|;&]|(?<=[\s"',])-([apP])(?:["']?[,=][ \t]*|[ \t]+|(?=\S))["']?((?:\[redacted\]|[^\s"',|;&[\]])+)/g;
const FLAGS: readonly [program: RegExp, flag: string | null][] = [
  [/^[\n|;&]/, null],
  [/^(?:redis|valkey)/, "a"],
  [/^sqlcmd/, "P"],
  [/^\w/, "p"],
];

/** In one walk, so that a line of nothing but flags takes no longer than another. */
function redactClients(text: string): string {
  let flag: string | null = null;
  return text.replace(CLIENT, (all: string, found: string | undefined, value: string | undefined) => {
    if (found === undefined || value === undefined) {
      flag = FLAGS.find(([program]) => program.test(all))?.[1] ?? null;
      return all;
    }
    if (found !== flag || isNoPassword(value)) return all;
    return all.slice(0, all.length - value.length) + MARK;
  });
}

/** Another flag, a word about a password, or a mapping of ports: `docker run mysql -p 3306:3306`. */
function isNoPassword(value: string): boolean {
  return value.startsWith("-") || /^\d{1,5}(?::\d{1,5})+(?:\/\w+)?$/.test(value) || isHarmless(value, true);
}

const NETRC =
  /(\b(?:machine[ \t]{1,8}\S{1,255}[ \t]{1,8})?login[ \t]{1,8}\S{1,255}[ \t]{1,8}password[ \t]{1,8})(?!\[redacted\]|['"])(\S{1,512})/g;

const PGPASS =
  /^([ \t+-]{0,16}(?=[^\s:]{0,256}[A-Za-z.*])[\w.*-]{1,253}:(?:\d{4,5}|\*):[^\s:]{1,64}:[^\s:]{1,64}:)((?:[^\s:\\]|\\.)+)[ \t\r]*$/gm;

/** host:port:database:user:password */
function redactPgpass(text: string): string {
  return PGPASS_GATE.test(text) ? text.replace(PGPASS, keepFirst) : text;
}

const PGPASS_GATE = /:(?:\d{4,5}|\*):[^\s:]{1,64}:[^\s:]{1,64}:/;

function keepFirst(all: string, first: string, value: string): string {
  return isHarmless(value, true) ? all : first + MARK;
}

/** Go's []uint8{0x57, …}: what %#v prints of a Secret's data. */
const BYTES = /(\[\](?:uint8|byte)\{)(?!\[redacted\])[^}\n]*/g;

/** A server that refuses an object quotes what stands around the fault, cut off anywhere: a name may be missing before its value. */
const SNIPPET = /(\berror found in #\d{1,9} byte of )(?!\[redacted\])[^\n]+/g;
