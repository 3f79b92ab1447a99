import { isHarmless, MARK } from "./keys.ts";
import { redactNamed } from "./named.ts";
import { redactWords } from "./words.ts";

/** Replaces what stands at a telling place of a line: passwords in addresses, authorization headers, cookies. */
export function redactPlaces(text: string): string {
  return redactWords(redactArguments(redactNamed(redactHeaders(redactDsns(redactAddresses(text))))));
}

const SENSITIVE =
  /(\\{0,7}"sensitive\\{0,7}"[ \t]?:[ \t]?true[ \t]?,[ \t]?\\{0,7}"type\\{0,7}"[ \t]?:[ \t]?\\{0,7}"\w{1,16}\\{0,7}"[ \t]?,[ \t]?\\{0,7}"value\\{0,7}"[ \t]?:[ \t]?\\{0,7}")((?:[^"\\\n]|\\(?!\\*")|\\"(?=[^,}\]]))+)/g;
const LOGIN = /((?:-u|--user)(?:[ \t=]{1,4})["']?[\w.@-]{1,64}:)([^\s"'\\]{1,256})/g;
const SSHPASS = /(\bsshpass[ \t]{1,4}-p[ \t]{0,4}["']?)([^\s"'\\]{1,256})/g;

/** terraform's sensitive output in one line of JSON, and the arguments that hold a password without saying so. */
function redactArguments(text: string): string {
  let clean = text;
  if (clean.includes("sensitive")) clean = clean.replace(SENSITIVE, keepFirst);
  if (clean.includes("curl") || clean.includes("--user")) clean = clean.replace(LOGIN, keepFirst);
  return clean.includes("sshpass") ? clean.replace(SSHPASS, keepFirst) : clean;
}

const ADDRESS_END = /[\s"'`<>\\^|]|$/g;

/**
 * `scheme://user:password@host`: the password goes, up to the last @ of the address, since people forget to escape one.
 * The address's end and its last @ are looked up once per address, not per `://`, which keeps `://a:` repeated linear.
 */
function redactAddresses(text: string): string {
  let clean = "";
  let done = 0;
  let end = -1;
  let lastAt = -1;
  for (let at = text.indexOf("://"); at !== -1; at = text.indexOf("://", at + 3)) {
    if (at >= end) {
      ADDRESS_END.lastIndex = at;
      end = ADDRESS_END.exec(text)?.index ?? text.length;
      lastAt = text.slice(at, end).lastIndexOf("@") + at;
    }
    if (at < done || lastAt <= at) continue;
    const [from, to] = userInfo(text, at + 3, lastAt);
    if (from === -1 || isHarmless(text.slice(from, to), false)) continue;
    clean += text.slice(done, from) + MARK;
    done = to;
  }
  return clean + text.slice(done);
}

const USER = /[^\s/?#:@]{0,256}/y;
const MIN_LONE_SECRET = 20;

/** The place of the secret in `user:password@` or `token@`; [-1, -1] when there is none. */
function userInfo(text: string, at: number, lastAt: number): [number, number] {
  USER.lastIndex = at;
  USER.test(text);
  const after = USER.lastIndex;
  if (text[after] === "@") {
    const lone = text.slice(at, after);
    return lone.length >= MIN_LONE_SECRET && /\d/.test(lone) ? [at, after] : [-1, -1];
  }
  if (text[after] !== ":") return [-1, -1];
  // host:8080/path/@scope is a port, not a password.
  if (/^\d{1,5}[/?#]/.test(text.slice(after + 1, after + 7))) return [-1, -1];
  // Another address begins before that @, so it is that one's.
  const next = text.slice(after + 1, lastAt).search(/[,;]\w+:\/\//);
  if (next === -1) return [after + 1, lastAt];
  const own = text.slice(after + 1, after + 1 + next).lastIndexOf("@");
  return own === -1 ? [-1, -1] : [after + 1, after + 1 + own];
}

/** Go's MySQL form, `user:password@tcp(host)`, and Oracle's `thin:user/password@`. */
function redactDsns(text: string): string {
  if (!/@(?:tcp|unix)\(|jdbc:oracle:thin:/.test(text)) return text;
  return text
    .replace(/(?<=^|[\s"'=`])([\w.%+-]{1,64}:)([^\s"'`]{1,128})(?=@(?:tcp|unix)\()/gm, keepFirst)
    .replace(/(jdbc:oracle:thin:[\w.$-]{1,64}\/)([^\s"'`@]{1,128})(?=@)/g, keepFirst);
}

function keepFirst(_all: string, first: string): string {
  return first + MARK;
}

const HEADER =
  /((?:proxy-)?authorization|set-cookie|cookie|x-api-key|x-auth-token|x-vault-token|x-amz-security-token|x-amz-copy-source-server-side-encryption-customer-key|private-token|job-token|dd-api-key|x-goog-api-key|api-key)(\\{0,7}["'`]?\]?[ \t]{0,8}[:=,][ \t]{0,8}(?:\\{0,7}["'`]|\[\\{0,7}["'`]?)?)((?:bearer|basic|token|digest|negotiate|apikey|aws4-hmac-sha256|splunk|bot)[ \t:=]{1,8})?([^\r\n"'`\\\]]+)/gi;
const DOCKER_AUTH = /(\\{0,7}"auth\\{0,7}"[ \t]{0,8}:[ \t]{0,8}\\{0,7}")([A-Za-z0-9+/_-]{6,}={0,2})/g;
const BEARER = /\b(bearer[ \t]{1,8}(?:\\{0,7}["'`])?)([A-Za-z0-9._~+/=-]{16,})/gi;
const BASIC = /\b(basic[ \t]{1,8})([A-Za-z0-9+/_-]{6,}={0,2})/gi;

function redactHeaders(text: string): string {
  const lower = text.toLowerCase();
  let clean = text;
  if (/authorization|cookie|token|api-key|customer-key/.test(lower)) {
    clean = clean.replace(
      HEADER,
      (all: string, name: string, gap: string, scheme: string | undefined, value: string) => {
        const isWord = scheme === undefined && /^authorization$/i.test(name) && !/[\d=]/.test(value);
        if (isWord || isHarmless(value, true)) return all;
        return `${name}${gap}${scheme ?? ""}${MARK}`;
      },
    );
  }
  if (lower.includes("bearer")) clean = clean.replace(BEARER, keepFirst);
  if (lower.includes("basic")) clean = clean.replace(BASIC, keepFirstOfLogin);
  return lower.includes("auth") ? clean.replace(DOCKER_AUTH, keepFirstOfLogin) : clean;
}

/** Only what is `user:password` in base64; "basic authentication" is not. */
function keepFirstOfLogin(all: string, first: string, value: string): string {
  const isLogin = /^[\x20-\x7e]*:[\x20-\x7e]*$/.test(Buffer.from(value, "base64").toString("latin1"));
  return isLogin ? first + MARK : all;
}
