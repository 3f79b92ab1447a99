import { createHash, timingSafeEqual } from "node:crypto";
import type { TokenPerson } from "#change/person.ts";

/** A token as configured. */
export type Token = { name: string; role: "requester" | "approver"; slackId: string | null; secret: string };

/** Whose token the Authorization header bears, or null. Compares hashes in constant time, and all of them. */
export function whoIs(header: string | undefined, tokens: readonly Token[]): TokenPerson | null {
  const given = header?.match(/^Bearer +(\S+)$/i)?.[1];
  if (given === undefined) return null;
  const hash = sha256(given);
  const found = tokens.filter((token) => timingSafeEqual(sha256(token.secret), hash))[0];
  if (found === undefined) return null;
  return { kind: "token", name: found.name, role: found.role, slackId: found.slackId };
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
