import type { types } from "@slack/bolt";
import { z } from "zod";
import { SlackMessage } from "#change/change.ts";
import type { Where } from "#slack/client/where.ts";
import { plain } from "#slack/forms/forms.ts";
import { isUserId, paragraph, rich, said, smallPrint } from "#slack/text/blocks.ts";
import { cutMiddle, visible } from "#slack/text/text.ts";
import type { AskedFor } from "./ask-as.ts";

/** The form in which a change is asked for, by its callback. */
export const ASK_FORM = "greenlight:ask";

/** Slack takes no more in one field. */
const REQUEST_CHARS = 3_000;
const REQUEST_FIELD = { block: "greenlight:words", action: "words" };
const CHANNEL_FIELD = { block: "greenlight:place", action: "place" };
const PLAN_ONLY_FIELD = { block: "greenlight:plan_only", action: "plan_only" };

const ChannelId = z.string().regex(/^[CG][A-Z0-9]{1,30}$/u);
/** What the form is about, kept by Slack as it was given: ids only. `channelId` null: it is chosen in the form. */
const Kept = z.object({ channelId: ChannelId.nullable(), source: SlackMessage.nullable() });

/** The form as it comes back. */
const Submission = z.object({
  user: z.object({ id: z.string().refine(isUserId), team_id: z.string().optional() }),
  team: z.object({ id: z.string() }),
  view: z.object({
    id: z.string().min(1).max(60),
    private_metadata: z.string().max(REQUEST_CHARS),
    state: z.object({
      values: z.record(
        z.string(),
        z.record(
          z.string(),
          z.object({
            value: z.string().nullish(),
            selected_conversation: z.string().nullish(),
            selected_options: z.array(z.unknown()).nullish(),
          }),
        ),
      ),
    }),
  }),
});

/** What is wrong with a field, by its block. */
export type FieldErrors = Record<string, string>;

/**
 * Makes the form. `words`: what stands in it to begin with, for the asker to read; `channelId`: where its card comes, null to
 * choose. `whyElsewhere`: why that is not where they are looking.
 */
export function askForm(given: {
  words: string;
  channelId: string | null;
  source: SlackMessage | null;
  whyElsewhere?: string;
}): types.ModalView {
  const { words, channelId, source, whyElsewhere } = given;
  const kept: z.infer<typeof Kept> = { channelId, source };
  const about =
    source === null
      ? "Say what should change, and where. It is planned first; a risky plan waits for an approver."
      : "These words are somebody's message. Read them, and change them to what you want: what you send is your request. It is planned first; a risky plan waits for an approver.";
  return {
    type: "modal",
    callback_id: ASK_FORM,
    private_metadata: JSON.stringify(kept),
    title: plain("Ask for a change"),
    submit: plain("Ask"),
    close: plain("Not now"),
    blocks: [
      rich(paragraph(said(about))),
      requestField(words),
      ...(whyElsewhere === undefined ? [] : [rich(paragraph(said(whyElsewhere)))]),
      ...(channelId === null ? [channelField(whyElsewhere === undefined)] : []),
      planOnlyField(),
      ...(channelId === null
        ? []
        : [smallPrint(`Its card comes in <#${channelId}>, where everybody reads it.`)]),
    ],
  };
}

/** What came back: what is wrong with it, or who asks for what. The form's id makes the key: one change for each form that was opened. */
export function readAskForm(body: unknown): { errors: FieldErrors } | { where: Where; asked: AskedFor } {
  const submission = Submission.safeParse(body);
  const kept = submission.success ? keptIn(submission.data.view.private_metadata) : null;
  if (!submission.success || kept === null)
    return {
      errors: { [REQUEST_FIELD.block]: "This form is of another version. Close it and open it again." },
    };
  const { user, team, view } = submission.data;
  const { values } = view.state;
  const request = values[REQUEST_FIELD.block]?.[REQUEST_FIELD.action]?.value?.trim() ?? "";
  if (!/\s/u.test(request))
    return {
      errors: { [REQUEST_FIELD.block]: "Say what should change, and where. One word is too little." },
    };
  const chosen = ChannelId.safeParse(
    values[CHANNEL_FIELD.block]?.[CHANNEL_FIELD.action]?.selected_conversation,
  );
  const channelId = kept.channelId ?? (chosen.success ? chosen.data : null);
  if (channelId === null)
    return { errors: { [CHANNEL_FIELD.block]: "Choose a channel, where others see the card." } };
  const planOnly =
    (values[PLAN_ONLY_FIELD.block]?.[PLAN_ONLY_FIELD.action]?.selected_options ?? []).length > 0;
  return {
    where: { userId: user.id, userTeamId: user.team_id ?? team.id, teamId: team.id, channelId },
    asked: { request, channelId, planOnly, key: `slack:view:${view.id}`, source: kept.source },
  };
}

/** A refusal under the field it is about, in words without marks: Slack shows them as they are. */
export function askErrors(body: unknown, refused: { about: "place" | "request"; text: string }): FieldErrors {
  const submission = Submission.safeParse(body);
  const hasPlace =
    submission.success && Object.hasOwn(submission.data.view.state.values, CHANNEL_FIELD.block);
  const block = refused.about === "place" && hasPlace ? CHANNEL_FIELD.block : REQUEST_FIELD.block;
  return {
    [block]: refused.text
      .replace(/<#([A-Z0-9]+)>/gu, "#$1")
      .replaceAll("`", "")
      .slice(0, 1_000),
  };
}

function requestField(words: string): types.InputBlock {
  const shown = cutMiddle(visible(words), REQUEST_CHARS);
  return {
    type: "input",
    block_id: REQUEST_FIELD.block,
    label: plain("What should change, and where?"),
    hint: plain("For example: scale payment-api to 5 replicas in production. Put no secrets in it."),
    element: {
      type: "plain_text_input",
      action_id: REQUEST_FIELD.action,
      multiline: true,
      max_length: REQUEST_CHARS,
      focus_on_load: true,
      ...(shown === "" ? {} : { initial_value: shown }),
    },
  };
}

function channelField(beginsHere: boolean): types.InputBlock {
  return {
    type: "input",
    block_id: CHANNEL_FIELD.block,
    label: plain("In which channel?"),
    hint: plain("Its card comes there, where everybody reads it. Greenlight has to be in it."),
    element: {
      ...channelSelect(CHANNEL_FIELD.action, "Choose a channel"),
      ...(beginsHere ? { default_to_current_conversation: true } : {}),
    },
  };
}

function planOnlyField(): types.InputBlock {
  return {
    type: "input",
    block_id: PLAN_ONLY_FIELD.block,
    label: plain("How far"),
    optional: true,
    element: {
      type: "checkboxes",
      action_id: PLAN_ONLY_FIELD.action,
      options: [{ text: plain("Plan only: nothing of it can run"), value: "plan_only" }],
    },
  };
}

function keptIn(text: string): z.infer<typeof Kept> | null {
  try {
    return Kept.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** A choice among the channels whoever looks can see: no direct messages, which nobody else reads. */
export function channelSelect(actionId: string, hint: string): types.ConversationsSelect {
  return {
    type: "conversations_select",
    action_id: actionId,
    placeholder: { type: "plain_text", text: hint, emoji: false },
    filter: { include: ["public", "private"], exclude_bot_users: true },
  };
}
