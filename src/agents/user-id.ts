import { createHmac, hkdfSync } from "node:crypto";

/** What stands for a person before the model's service. */
export type UserId = (requesterKey: string) => string;

/**
 * Makes it: a keyed hash, so that the service can tell two people apart and name neither. The key is derived from
 * GREENLIGHT_ENCRYPTION_KEY, since a plain hash of a Slack id is found by trying.
 */
export function createUserId(key: Buffer): UserId {
  const own = Buffer.from(hkdfSync("sha256", key, "", "greenlight model user", 32));
  return (requesterKey) => createHmac("sha256", own).update(requesterKey).digest("hex");
}
