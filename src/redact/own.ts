import { MARK } from "./keys.ts";

/** Shorter values would blank out ordinary words. */
const SHORTEST_SECRET = 6;
/** Of a secret in base64 less than this would stand for many other texts. */
const SHORTEST_BASE64 = 10;

/** Makes the replacement of the bot's own secrets: as they are, in JSON, in an address, and in base64 at each alignment. */
export function createRedactOwn(secrets: readonly string[]): (text: string) => string {
  const values = [...new Set(secrets.flatMap((secret) => [secret, ...linesOf(secret)]).flatMap(spellings))]
    .filter((value) => value.length >= SHORTEST_SECRET && !MARK.includes(value))
    // The longest first, so that no secret that contains another one is left half readable.
    .sort((one, other) => other.length - one.length);
  return (text) =>
    values.reduce((clean, value) => (clean.includes(value) ? clean.replaceAll(value, MARK) : clean), text);
}

/** Output comes in lines, so a secret of several is looked for line by line too. */
function linesOf(secret: string): string[] {
  return secret.includes("\n") ? secret.split(/\r?\n/).map((line) => line.trim()) : [];
}

function spellings(secret: string): string[] {
  if (secret.length < SHORTEST_SECRET) return [];
  const json = JSON.stringify(secret).slice(1, -1);
  const base64 = [0, 1, 2]
    .map((shift) => base64At(secret, shift))
    .filter((text) => text.length >= SHORTEST_BASE64);
  return [
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(secret.toWellFormed()),
    new URLSearchParams({ s: secret }).toString().slice(2),
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
  ];
}

/** What base64 makes of the secret after `shift` other bytes, less the letters at both ends that depend on the neighbours. */
function base64At(secret: string, shift: number): string {
  const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)]);
  const whole = Math.floor((bytes.length * 8) / 6);
  return bytes.toString("base64").slice(Math.ceil((shift * 8) / 6), whole);
}
