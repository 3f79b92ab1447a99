import type { types } from "@slack/bolt";
import { z } from "zod";
import { MIN_BREAK_GLASS_REASON } from "../change/changes.ts";
import { isUserId, paragraph, rich, said, smallPrint } from "./blocks.ts";
import type { ClickPlace } from "./buttons.ts";
import type { DecideAs } from "./deciding.ts";
import { BREAK_GLASS, ButtonValue } from "./questions.ts";
import { inert } from "./text.ts";

const REASON_CHARS = 500;
const FIELD = { block: "greenlight:reason", action: "reason" };

/** The click on "Break glass". */
const Click = z.object({
  trigger_id: z.string().min(1),
  user: z.object({ id: z.string().refine(isUserId) }),
  actions: z.array(z.object({ value: z.string().optional() })).min(1),
});

/** The form as it comes back. `private_metadata` is ours: Slack returns it as it was given. */
const Submission = z.object({
  user: z.object({ id: z.string().refine(isUserId), team_id: z.string().optional() }),
  team: z.object({ id: z.string() }).nullish(),
  view: z.object({
    private_metadata: z.string(),
    state: z.object({
      values: z.record(z.string(), z.record(z.string(), z.object({ value: z.string().nullish() }))),
    }),
  }),
});

const Kept = z.object({ value: z.string(), channelId: z.string(), threadTs: z.string().nullable() });

/** The form to open for a click, or what the person is told instead. Looks nothing up: a trigger lives 3 s. */
export function openingOf(
  body: unknown,
  place: ClickPlace | null,
  mayBreak: readonly string[],
): { triggerId: string; view: types.ModalView } | { refusal: string } {
  const click = Click.safeParse(body);
  const value = ButtonValue.safeParse(click.data?.actions[0]?.value);
  const written = click.data?.actions[0]?.value;
  if (!click.success || !value.success || written === undefined || place === null)
    return { refusal: "This button is from an older card. Look for the newest card of this change." };
  // Somebody listed by the id that holds in their whole organisation (W…) can be known here by another one.
  const isMaybeListed = mayBreak.includes(click.data.user.id) || mayBreak.some((id) => id.startsWith("W"));
  if (!isMaybeListed)
    return {
      refusal:
        "Nothing was decided. You are not among those who may break the glass (break_glass in the policy).",
    };
  const kept = { value: written, channelId: place.channelId, threadTs: place.threadTs };
  return { triggerId: click.data.trigger_id, view: viewOf(kept, value.data) };
}

/** What came back: what is wrong with it, or where to answer and how to go on. */
export function submissionOf(
  body: unknown,
): { errors: Record<string, string> } | { place: ClickPlace; decide(decideAs: DecideAs): Promise<string> } {
  const submission = Submission.safeParse(body);
  const kept = submission.success ? keptIn(submission.data.view.private_metadata) : null;
  const value = ButtonValue.safeParse(kept?.value);
  if (!submission.success || kept === null || !value.success)
    return {
      errors: { [FIELD.block]: "This form is of another version. Close it and press the button again." },
    };
  const { user, team, view } = submission.data;
  const reason = view.state.values[FIELD.block]?.[FIELD.action]?.value?.trim() ?? "";
  if (reason.length < MIN_BREAK_GLASS_REASON)
    return {
      errors: {
        [FIELD.block]: `Say why, in at least ${MIN_BREAK_GLASS_REASON} characters: everybody will read it.`,
      },
    };
  const { channelId, threadTs } = kept;
  const teamId = team?.id ?? "";
  const where = { userId: user.id, userTeamId: user.team_id ?? teamId, teamId, channelId };
  const given = { ...value.data, gate: "approval", answer: "approve", reason, breaksGlass: true } as const;
  return {
    place: { userId: user.id, channelId, threadTs },
    decide: (decideAs) => decideAs(where, given),
  };
}

function viewOf(
  kept: z.infer<typeof Kept>,
  question: { changeId: string; revision: number; digest: string },
): types.ModalView {
  return {
    type: "modal",
    callback_id: BREAK_GLASS,
    private_metadata: JSON.stringify(kept),
    title: plain("Break glass"),
    submit: plain("Approve and run"),
    close: plain("Not now"),
    blocks: [
      rich(
        paragraph(
          said(
            "You approve this plan alone. It runs at once: no other approver is asked, and no freeze holds it back. Read the card first: exactly its commands run.",
          ),
        ),
        paragraph(
          said("Your name and your reason stand on the card, in the verdict and in the record for good."),
        ),
      ),
      {
        type: "input",
        block_id: FIELD.block,
        label: plain("Why can this not wait for an approval?"),
        element: {
          type: "plain_text_input",
          action_id: FIELD.action,
          multiline: true,
          min_length: MIN_BREAK_GLASS_REASON,
          max_length: REASON_CHARS,
          focus_on_load: true,
        },
      },
      smallPrint(
        `Change \`${inert(question.changeId)}\``,
        `Digest \`${inert(question.digest)}\``,
        `Revision ${question.revision}`,
      ),
    ],
  };
}

function keptIn(text: string): z.infer<typeof Kept> | null {
  try {
    return Kept.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function plain(text: string): types.PlainTextElement {
  return { type: "plain_text", text, emoji: false };
}
