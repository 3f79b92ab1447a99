/** Replaces secrets in a text. */
export type Redact = (text: string) => string;

/** Shorter values would blank out ordinary words. */
const SHORTEST_SECRET = 6;

/** Makes the one redaction function: the exact values of the bot's own secrets. (What looks like a secret comes with issue 3.) */
export function createRedact(secrets: readonly string[]): Redact {
  const values = [...new Set(secrets)]
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])
    // The longest first, so that no secret that contains another one is left half readable.
    .sort((one, other) => other.length - one.length);
  return (text) => values.reduce((clean, value) => clean.replaceAll(value, "[redacted]"), text);
}
