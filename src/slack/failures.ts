import { webApi } from "@slack/bolt";

/** What a failed call means for the message. `pause`: for its whole channel. `isShut`: the channel takes nothing until a person changes that. */
export type Failure =
  | { kind: "pause"; ms: number }
  | { kind: "later"; why: string }
  | { kind: "never"; why: string; isShut?: boolean }
  | { kind: "gone"; why: string }
  | { kind: "too much"; why: string };

/** The channel cannot be written to: until the bot is invited again, or somebody opens it. */
const shut = new Set(["channel_not_found", "not_in_channel", "is_archived", "restricted_action"]);
/** The person cannot be written to, and trying again does not change that. */
const never = new Set([
  "user_is_restricted",
  "user_not_found",
  "users_not_found",
  "user_not_visible",
  "user_disabled",
  "cannot_dm_bot",
  "messages_tab_disabled",
  "not_enabled",
]);
/** The message to change, or the thread to reply in, is not there any more. */
const gone = new Set(["message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found"]);
/** The blocks or the text are refused; without blocks the message still says the essential. */
const tooMuch = new Set(["invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"]);

/** Slack refuses the app itself, whatever is asked: until its token is replaced, or the app is installed again. */
const appRefused = new Set([
  "not_authed",
  "invalid_auth",
  "account_inactive",
  "token_revoked",
  "token_expired",
  "not_allowed_token_type",
  "no_permission",
  "org_login_required",
  "ekm_access_denied",
  "enterprise_is_restricted",
  "team_access_not_granted",
  "access_denied",
  "team_disabled",
  "user_removed_from_team",
  "invalid_app_id",
  "socket_mode_disabled",
]);

/** Whether Slack refuses the app itself by this error. */
export function isAppRefused(error: unknown): error is webApi.WebAPIPlatformError {
  return error instanceof webApi.WebAPIPlatformError && appRefused.has(error.data.error);
}

/** Reads an error of a Slack call. Whatever is not known to be final is tried again. */
export function readFailure(error: unknown): Failure {
  if (error instanceof webApi.WebAPIRateLimitedError) return { kind: "pause", ms: error.retryAfter * 1_000 };
  const why = error instanceof Error ? error.message : String(error);
  if (!(error instanceof webApi.WebAPIPlatformError)) return { kind: "later", why };
  const { error: code } = error.data;
  if (shut.has(code)) return { kind: "never", why: code, isShut: true };
  if (never.has(code)) return { kind: "never", why: code };
  if (gone.has(code)) return { kind: "gone", why: code };
  if (tooMuch.has(code))
    return { kind: "too much", why: [code, ...(error.data.response_metadata?.messages ?? [])].join(" ") };
  return { kind: "later", why: code };
}
