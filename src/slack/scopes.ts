/** What the bot cannot work without. manifest.yml asks for exactly these; a test holds both to the calls made here. */
export const NEEDED_SCOPES = [
  "channels:read",
  "chat:write",
  "commands",
  "groups:read",
  "im:write",
  "usergroups:read",
  "users:read",
] as const;

/**
 * What it works without: reading back whether a message stands already, after a connection broke while it was posted.
 * Without them such a message is posted again, and may stand there twice.
 */
export const OPTIONAL_SCOPES = ["channels:history", "groups:history", "im:history"] as const;
