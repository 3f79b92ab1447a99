import { z } from "zod";
import { MAX_REQUEST_LENGTH } from "#change/changes.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import type { Where } from "#slack/client/where.ts";
import { codeBox, paragraph, type Rendered, rich, said } from "#slack/text/blocks.ts";
import { say } from "#slack/text/say.ts";
import { visible } from "#slack/text/text.ts";
import { askAs } from "./ask-as.ts";
import { channelSelect } from "./ask-form.ts";

/** The choice of a channel for a request made in a direct message. */
export const ASK_IN = "greenlight:ask_in";

const REQUEST = "greenlight:request";
const PLAN_ONLY = "greenlight:plan_only";
const GONE = "Nothing was started: the request cannot be read back. Write it again.";

/** Asks for the channel, with the request as it will be asked: what they read there is what is taken. */
export function askWhere(request: string, planOnly: boolean): Rendered {
  const shown = visible(request);
  if (shown.length > MAX_REQUEST_LENGTH)
    return say(
      `The request has ${shown.length} characters; at most ${MAX_REQUEST_LENGTH} are taken. Nothing was started.`,
    );
  const question = planOnly
    ? "In which channel should the plan stand? Nothing of it can run."
    : "In which channel should this be asked for? Everybody there sees its card.";
  return {
    text: question,
    blocks: [
      rich(paragraph(said(question))),
      { ...rich(codeBox(shown)), block_id: REQUEST },
      {
        type: "actions",
        block_id: planOnly ? PLAN_ONLY : "greenlight:where",
        elements: [channelSelect(ASK_IN, "Choose a channel")],
      },
    ],
  };
}

/** The click with the message it was made in, which is one of ours. */
const Chosen = z.object({
  container: z.object({ message_ts: z.string().regex(/^\d+\.\d+$/u) }),
  message: z.object({ blocks: z.array(z.looseObject({ block_id: z.string().optional() })) }),
  actions: z.tuple([
    z.object({ block_id: z.string(), selected_conversation: z.string().regex(/^[CG][A-Z0-9]{1,30}$/u) }),
  ]),
});

/** Takes the choice: a request like a typed one, checked as one, in the channel that was chosen. One for each message of ours. */
export async function askIn(deps: SlackDeps, where: Where, _value: unknown, body: unknown): Promise<string> {
  const chosen = Chosen.safeParse(body);
  if (!chosen.success) return GONE;
  const { container, message, actions } = chosen.data;
  const [{ block_id, selected_conversation: channelId }] = actions;
  const request = wordsIn(message.blocks.find((block) => block.block_id === REQUEST));
  if (request.trim() === "") return GONE;
  const key = `slack:${where.channelId}:${container.message_ts}`;
  const planOnly = block_id === PLAN_ONLY;
  const { text } = await askAs(deps, where, { request, channelId, planOnly, key, source: null });
  return text;
}

/** What stands in the block. Slack may have made a link or an emoji of a piece of it. */
function wordsIn(part: unknown): string {
  if (Array.isArray(part)) return part.map(wordsIn).join("");
  if (typeof part !== "object" || part === null) return "";
  if ("elements" in part) return wordsIn(part.elements);
  if ("text" in part && typeof part.text === "string") return part.text;
  if ("url" in part && typeof part.url === "string") return part.url;
  return "name" in part && typeof part.name === "string" ? `:${part.name}:` : "";
}
