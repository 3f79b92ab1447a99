import { type Answer, isRefusal, type Refusal } from "./answer.ts";

/** Something the app sent that no workspace would have taken. `faults` are Slack's sentences about it. */
export type Refused = { to: string; error: string; faults: string[] };

/** The refusals that the content alone brought about: no scope, channel or outage would have changed them. */
const CONTENT_ERRORS = new Set([
  "invalid_arguments",
  "invalid_attachments",
  "invalid_blocks",
  "invalid_blocks_format",
  "invalid_metadata_format",
  "invalid_metadata_schema",
  "markdown_text_conflict",
  "msg_too_long",
  "no_text",
]);

/** What was refused for what was in it, kept apart so that a test sees it also where the app went on with less. */
export type RefusedList = ReturnType<typeof createRefused>;

/** Nothing was refused yet. */
export function createRefused() {
  let all: Refused[] = [];
  return {
    /** Keeps the answer when it refuses the content; `to` is the method, or what else was answered. */
    note(to: string, answer: Answer | null): void {
      if (isRefusal(answer) && CONTENT_ERRORS.has(answer.error))
        all.push({ to, error: answer.error, faults: faultsOf(answer) });
    },
    /** What was refused since this was last asked. */
    take(): Refused[] {
      const taken = all;
      all = [];
      return taken;
    },
  };
}

function faultsOf({ errors }: Refusal): string[] {
  return Array.isArray(errors) ? errors.map(String) : [];
}
