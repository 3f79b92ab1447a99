import { z } from "zod";
import { Person } from "./person.ts";
import { RunStoppedError } from "./run-signals.ts";

/** Who wanted a change stopped first, why and when. Nothing of its plan goes forward any more. */
export const Cancel = z.object({ by: Person, reason: z.string().nullable(), at: z.date() });
export type Cancel = z.infer<typeof Cancel>;

/** Longest reason taken, in characters. */
export const MAX_CANCEL_REASON = 500;

/** The work on a change was stopped because somebody cancelled it: whoever owns it sees how far it got. */
export class ChangeCancelledError extends RunStoppedError {
  override name = "ChangeCancelledError";
  constructor() {
    super("because the change was cancelled");
  }
}
