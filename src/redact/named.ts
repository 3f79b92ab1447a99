import { isSecretUnder, MARK, tellingOf } from "./keys.ts";

/** What calls a value by its name, and the value itself, in Kubernetes, terraform and CloudFormation. */
export const NAME_WORD = /^(?:name|key|parameterkey)$/i;
export const VALUE_WORD = /^(?:value|parametervalue|plaintext_value)$/i;

const NAME = String.raw`(?<![\w.-])\\{0,7}["']?(?:name|key|parameterkey)\\{0,7}["']?[ \t]{0,4}[:=][ \t]{0,4}\\{0,7}["']?([\w.-]{1,128})(?![\w.-])\\{0,7}["']?`;
const VALUE = String.raw`\\{0,7}["']?(?:value|parametervalue|plaintext_value)\\{0,7}["']?[ \t]{0,4}[:=][ \t]{0,4}`;
const TEXT = String.raw`(\\{0,7}["'])?(?!\[redacted\])`;
const GAP = String.raw`[ \t]{0,4},[ \t]{0,4}`;

const NAME_FIRST = new RegExp(
  `(${NAME}(?:${GAP}|[ \\t]{1,4})${VALUE})${TEXT}((?:(?<=["'])[^"'\\\\\\n]+|(?<!["'])[^\\s"'\\\\,;{}\\[\\]]+))`,
  "gi",
);
const VALUE_FIRST = new RegExp(
  `((?<![\\w.-])${VALUE})${TEXT}((?:(?<=["'])[^"'\\\\\\n]{1,256}|(?<!["'])[^\\s"'\\\\,;{}\\[\\]]{1,256}))(?=\\\\{0,7}["']?${GAP}${NAME})`,
  "gi",
);
const GO_NAMED = /(\bmap\[name:([\w.-]{1,128}) value:)(?!\[redacted\])([^\]\n]+)/g;

/** Replaces a value beside its name in one line: JSON, HCL, YAML's flow form, Go's structs and maps, in either order. */
export function redactNamed(text: string): string {
  if (!GATE.test(text)) return text;
  const clean = text
    .replace(
      NAME_FIRST,
      (all: string, before: string, name: string, quote: string | undefined, value: string) =>
        isSecretUnder(tellingOf(name), value, quote === undefined) ? before + (quote ?? "") + MARK : all,
    )
    .replace(
      VALUE_FIRST,
      (all: string, before: string, quote: string | undefined, value: string, name: string) =>
        isSecretUnder(tellingOf(name), value, quote === undefined) ? before + (quote ?? "") + MARK : all,
    );
  return clean.includes("map[name:") ? clean.replace(GO_NAMED, keepFirst) : clean;
}

const GATE =
  /map\[name:|[, \t][ \t]{0,4}\\{0,7}["']?(?:value|parametervalue|plaintext_value|name|key|parameterkey)\\{0,7}["']?[ \t]{0,4}[:=]/i;

function keepFirst(all: string, first: string, name: string, value: string): string {
  return isSecretUnder(tellingOf(name), value, false) ? first + MARK : all;
}
