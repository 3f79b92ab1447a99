/** What stands in a secret's place. No rule may match it: redacting twice changes nothing more. */
export const MARK = "[redacted]";

/**
 * The names under which secrets are kept, wherever in a longer name: `DB_PASSWORD`, `clientSecret`, `"api_key"`. Found
 * with their place; what may follow a name (`_base64`, `2`) is `KEY_END`.
 */
export const KEY =
  /pass(?:word|wd|phrase|wort)|[_-]pass(?![a-z])|(?<![a-z])pass(?=["'`]?=)|pwd|secret[_-]?key(?:_base)?|secret|token|credentials?|(?:api|app|application|access|account|auth|client|encryption|hmac|license|master|private|session|shared|sharedaccess|signing|ssh|storage|subscription|webhook)[_.-]?key|key-data|certificate-data|\.dockercfg|\.dockerconfigjson/gi;
export const KEY_END =
  /(?:s|[_-]?(?:base64|base|b64|hash|value|plain(?:text)?|string|raw|data|content|pem|json|v?\d{1,3}|old|new|current|previous|primary|secondary))?(?:\\{0,7}["'`])?\]?/iy;

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

/** Whether a name that ends like a secret's is known to hold none. */
export function holdsNoSecret(name: string): boolean {
  return NO_SECRET.test(name);
}

/** Whether a name is one secrets are kept under. */
export function isSecretName(name: string): boolean {
  KEY.lastIndex = 0;
  for (let found = KEY.exec(name); found !== null; found = KEY.exec(name)) {
    const rest = name.slice(KEY.lastIndex);
    KEY_END.lastIndex = 0;
    if (KEY_END.exec(rest)?.[0] === rest) return !NO_SECRET.test(name);
  }
  return /^(?:pass|secret|pgpassword)$/i.test(name);
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
