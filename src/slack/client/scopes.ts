/** What the bot cannot work without. manifest.yml asks for exactly these; a test holds both to the calls made here. */
export const NEEDED_SCOPES = [
  "app_mentions:read",
  "channels:read",
  "chat:write",
  "commands",
  "groups:read",
  "im:history",
  "im:write",
  "usergroups:read",
  "users:read",
] as const;

/** For attaching the whole log of a step, where it is longer than what stands in the thread. */
export const FILES_SCOPE = "files:write";

/**
 * What it works without: the logs as files, and reading back whether a message stands already, after a connection broke
 * while it was posted. Without the latter such a message is posted again, and may stand there twice.
 */
export const OPTIONAL_SCOPES = ["channels:history", FILES_SCOPE, "groups:history"] as const;
