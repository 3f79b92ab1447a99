import { RespondError, webApi } from "@slack/bolt";
import { z } from "zod";

/**
 * What a failed call means for the message. `pause`: for its whole channel. `refused`: for the whole app. `isUnknown`: no
 * code that is known to pass. `isShut`: the channel takes nothing until a person changes that.
 */
export type Failure =
  | { kind: "pause"; ms: number }
  | { kind: "refused"; why: string }
  | { kind: "later"; why: string; isUnknown?: true }
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
/** The message is refused for what is in it; without blocks, and then in a few fixed words, it may still be taken. */
const tooMuch = new Set([
  "invalid_blocks",
  "invalid_blocks_format",
  "msg_blocks_too_long",
  "msg_too_long",
  "invalid_arguments",
  "invalid_arg_name",
  "invalid_array_arg",
  "invalid_charset",
  "invalid_form_data",
  "invalid_json",
  "invalid_metadata_format",
  "invalid_metadata_schema",
  "metadata_too_large",
  "markdown_text_conflict",
  "no_text",
  "too_many_attachments",
]);
/** Slack's own troubles, which pass. */
const passing = new Set([
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
  "ratelimited",
  "rate_limited",
  "team_added_to_org",
]);

/** Slack refuses the app itself, whatever is asked: until its token is replaced, or the app is installed again. */
const appRefused = new Set([
  "not_authed",
  "invalid_auth",
  "account_inactive",
  "token_revoked",
  "token_expired",
  "not_allowed_token_type",
  "missing_scope",
  "no_permission",
  "org_login_required",
  "ekm_access_denied",
  "enterprise_is_restricted",
  "team_access_not_granted",
  "team_disabled",
  "user_removed_from_team",
  "invalid_app_id",
  "socket_mode_disabled",
]);

/** Whether Slack refuses the app itself by this error. */
export function isAppRefused(error: unknown): boolean {
  return error instanceof webApi.WebAPIPlatformError && appRefused.has(error.data.error);
}

/** Slack's own code for an error, or its message. */
export function codeOf(error: unknown): string {
  if (error instanceof webApi.WebAPIPlatformError) return error.data.error;
  return error instanceof Error ? error.message : String(error);
}

/** Reads an error of a Slack call. Whatever is not known to be final is tried again. */
export function readFailure(error: unknown): Failure {
  if (error instanceof webApi.WebAPIRateLimitedError) return { kind: "pause", ms: error.retryAfter * 1_000 };
  if (error instanceof RespondError) return byResponseUrl(error);
  if (!(error instanceof webApi.WebAPIPlatformError)) return { kind: "later", why: codeOf(error) };
  const { error: code } = error.data;
  if (code === "missing_scope") return withoutScope(error);
  if (isAppRefused(error)) return { kind: "refused", why: code };
  if (shut.has(code)) return { kind: "never", why: code, isShut: true };
  if (never.has(code)) return { kind: "never", why: code };
  if (gone.has(code)) return { kind: "gone", why: code };
  if (tooMuch.has(code))
    return { kind: "too much", why: [code, ...(error.data.response_metadata?.messages ?? [])].join(" ") };
  return passing.has(code) ? { kind: "later", why: code } : { kind: "later", why: code, isUnknown: true };
}

/** Whether the same may be taken in a moment: Slack asked for a pause, or had troubles of its own. */
export function isPassing(failure: Failure): boolean {
  return failure.kind === "pause" || (failure.kind === "later" && failure.isUnknown !== true);
}

/** A response_url says so by its status alone: it is used up or too old, or what was sent is refused. */
function byResponseUrl({ statusCode, message }: RespondError): Failure {
  if (statusCode >= 500 || statusCode === 429) return { kind: "later", why: message };
  return { kind: statusCode === 404 || statusCode === 410 ? "gone" : "too much", why: message };
}

const Needed = z.object({ needed: z.string() });

/** Without the scope to write, nothing is said to anybody; without another one, this message is not brought. */
function withoutScope({ data }: webApi.WebAPIPlatformError): Failure {
  const needed = Needed.safeParse(data).data?.needed ?? "chat:write";
  const why = `missing_scope: ${needed}`;
  return needed.split(",").includes("chat:write")
    ? { kind: "refused", why }
    : { kind: "never", why, isShut: true };
}

/** What became of one message. */
export type Delivery =
  | { kind: "sent"; ts: string | null }
  /** Nothing is left to be said by it, and Slack was not asked. */
  | { kind: "needless"; why: string }
  | Extract<Failure, { kind: "pause" | "refused" | "later" | "never" }>;
