/** What stands in a secret's place. No rule may match it: redacting twice changes nothing more. */
export const MARK = "[redacted]";

/**
 * The names under which secrets are kept, wherever in a longer name: `DB_PASSWORD`, `clientSecret`, `"api_key"`. Found
 * with their place; what may follow a name (`_base64`, `2`) is `KEY_END`.
 */
export const KEY =
  /pass(?:word|wd|phrase|wort|code)|[_-]pass(?![a-z])|(?<![a-z])(?:db|user|smtp|mysql|pg|ftp|mail|root|admin|redis|ldap|bind|proxy)pass(?![a-z])|[_-]pw(?![a-z])|kennwort|(?<![a-z])pass(?=["'`]?=)|pwd|secret[_-]?key(?:_base)?|secret|token|credentials?|(?:api|app|application|access|account|auth|client|encryption|hmac|license|master|private|session|shared|sharedaccess|signing|ssh|storage|stripe|subscription|webhook)[_.-]?key|redis[_-]auth(?![a-z])|key-data|certificate-data|\.dockercfg|\.dockerconfigjson|[_-](?:key|auth)(?![a-z])/gi;
export const KEY_END =
  /(?:s(?![a-z])|[_-]?(?:base64|base|b64|binary|hash|value|plain(?:text)?|string|raw|data|content|pem|json|v?\d{1,3}|old|new|current|previous|primary|secondary))?(?:\\{0,7}["'`])?\]?/iy;

/** Names that end like a secret's and hold none. */
const NO_SECRET =
  /(?:existing|imagepull|pull|tls|next|page|continue|continuation|sync|csrf|cancellation)[_-]?(?:secret|token)s?$|public[_-]?key|certificate-authority-data|(?:max|min|input|output|total|num|count|prompt|completion|reasoning)[_-]?tokens?$|^(?:OLD)?PWD$/i;

/** The last resort before a bare word is called a secret: words that are said of a secret, not the secret. */
const SAID =
  /^(?:null|nil|none|no|yes|on|off|true|false|undefined|unset|empty|string|str|bool|boolean|number|int|integer|object|bytes?|any|required|optional|changed|unchanged|updated|expired|invalid|missing|created|deleted|configured|rotated|is|are|was|were|may|must|and|or|not|to|for|from|in|of|on|the|this|that|a|an|flag|value|cannot|can|has|have|had|with|if|when|instead|needed|hidden|masked|sensitive|redacted)[.,;:!?]?$/i;

const REFERENCE =
  /^(?:var|local|data|module|each|self|random_\w+|aws_\w+|azurerm_\w+|google_\w+|kubernetes_\w+|vault_\w+|tls_\w+|steps|secrets|env|process\.env|os\.environ)\./;

/** A variable, a format, a YAML tag or anchor, a call, the beginning of a list. */
const CODE =
  /^(?:\$[A-Z_]*[A-Z0-9_]*$|%[a-z]$|[&|>{[]|!(?:vault|Ref|Sub|GetAtt|ImportValue|reference)|\w+\($)/;

const PATH = /^(?:\.{0,2}\/)?(?:var|etc|run|home|root|tmp|usr|opt|mnt|secrets?|srv|data|app)\/[\w./-]+$/;

/** `routing_key`, `REDIS_AUTH`: under such an ending stand names of rows and modes as often as secrets, so the value has to look like one. */
const WEAK = /^[_-](?:key|auth)$/i;
/** Keys of tables, caches and stores, which are looked up and hide nothing. */
const NO_KEY =
  /(?:primary|foreign|public|partition|sort|hash|range|row|group|unique|index|lookup|map|item|composite|candidate|surrogate|cache|object|s3|kms|cmk|idempotency|dedup(?:lication)?|message|tag|label|feature|flag|config|join|search|sharding|shard|order|meta|attribute|translation|host|hot|registry|gpg|header|context|tenant|answer|topology)[_-]key$/i;

/** Whether a name's ending, as `KEY` finds it, only tells of a secret when its value looks like one. */
export function isWeak(ending: string): boolean {
  return WEAK.test(ending);
}

/** Whether a value under a name that may mean anything looks like a secret: letters and digits as no word, path, version or address has them. */
export function looksSecret(value: string): boolean {
  const text = value.trim();
  if (
    text.length < 8 ||
    !/\d/.test(text) ||
    !/[A-Za-z]/.test(text) ||
    /[\s/,:;(){}<>[\]|"'`\\]/.test(text.replace(BASE64_END, ""))
  )
    return false;
  if (/^v?\d+\.|^[0-9a-f]{8}-[0-9a-f]{4}-|^arn:|\.[a-z]{2,4}$/i.test(text)) return false;
  if (/[a-z]/.test(text) && /[A-Z]/.test(text)) return true;
  return /[!@#$%^&*+=]/.test(text) || (text.length >= 16 && /^[A-Za-z0-9_]+$/.test(text));
}

const BASE64_END = /={1,2}$/;

/** What a name says of its value: it is a secret, it is one if it looks like one, or nothing. */
export type Telling = "secret" | "maybe" | null;

/** What a name says of the value under it. */
export function tellingOf(name: string): Telling {
  KEY.lastIndex = 0;
  for (let found = KEY.exec(name); found !== null; found = KEY.exec(name)) {
    const rest = name.slice(KEY.lastIndex);
    KEY_END.lastIndex = 0;
    if (KEY_END.exec(rest)?.[0] !== rest) continue;
    if (NO_SECRET.test(name)) return null;
    if (!isWeak(found[0])) return "secret";
    return NO_KEY.test(name) ? null : "maybe";
  }
  return /^(?:pass|secret|pgpassword)$/i.test(name) ? "secret" : null;
}

/** Whether a value is hidden under what its name says. */
export function isSecretUnder(telling: Telling, value: string, bare: boolean): boolean {
  if (telling === null || isHarmless(value, bare)) return false;
  return telling === "secret" || looksSecret(value);
}

/** Whether a name that ends like a secret's is known to hold none. */
export function holdsNoSecret(name: string): boolean {
  return NO_SECRET.test(name) || NO_KEY.test(name);
}

/** Whether a name is one secrets are kept under. */
export function isSecretName(name: string): boolean {
  return tellingOf(name) === "secret";
}

/** Whether what stands under a secret's name is none: empty, masked, a reference to it, or a word about it. */
export function isHarmless(value: string, bare: boolean): boolean {
  const trimmed = value.trim();
  if (trimmed === "" || trimmed === MARK || /^(?:[*•.…-]+|[xX]{3,})$/.test(trimmed)) return true;
  // <redacted>, (sensitive value), ${VAR}, $(command), {{ template }}, <set to the key 'x' in secret 'y'>
  if (
    /^(?:<[^<>]*>?|\((?:sensitive|known|none)[^()]*\)?|\$\{[^}]*\}?|\$\([^)]*\)?|\{\{.*|%\w+%)$/.test(trimmed)
  )
    return true;
  if (PATH.test(trimmed)) return true;
  if (!bare) return false;
  return SAID.test(trimmed) || REFERENCE.test(trimmed) || CODE.test(trimmed);
}
