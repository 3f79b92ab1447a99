import type { DueMessage } from "#change/outbox-port.ts";
import { type Delivery, readFailure } from "#slack/client/failures.ts";
import type { Rendered } from "#slack/text/blocks.ts";
import { type MessageKey, parseMessageName } from "#slack/text/message-key.ts";
import { kindsRefused, type Takes } from "#slack/text/rich-kinds.ts";
import type { SenderDeps } from "./deps.ts";
import { mayRead, openDirect, tellApprovers } from "./direct.ts";
import { deliverFile } from "./files.ts";
import { EVENT_TYPE } from "./find-posted.ts";
import { renderMessage, type Shown } from "./render.ts";

/** A message as it is rendered now, and how it is rendered with other blocks. */
type Draft = { rendered: Shown; again(takes: Takes): Promise<Shown | null> };

/** A message whose channel is known. */
type InChannel = DueMessage & { channelId: string };

const SHORTENED = "(Slack did not take this message in full. The log of Greenlight says why.)";

/**
 * How often a message is tried soon while its card is not there, or against a code that nobody knows; then as rarely as
 * where a channel is shut, and given up as there. Without an end Slack was asked a thousand times, and nobody told (measured).
 */
const MOST_SOON = 10;

/** Brings one message to Slack as its row says at this moment; `render`: what it says. Throws only when it cannot be rendered, when Slack does not say who may read it, or when it is aborted. */
export async function deliver(
  deps: SenderDeps,
  message: DueMessage,
  signal: AbortSignal,
  render = renderMessage,
): Promise<Delivery> {
  const key = parseMessageName(message.name);
  if (key === null) return { kind: "never", why: `nothing is called ${message.name}` };
  if (key.kind === "approvers")
    return failing(message, signal, () => tellApprovers(deps, message.changeId, key));
  // Of a plan's text the thread says why it is not there; of a log the step's own message does.
  if (key.kind === "log" || (key.kind === "plan-text" && deps.identity.canAttach))
    return failing(message, signal, () => deliverFile(deps, message, key, signal));
  const { pagesStand, cardTs } = message;
  // Whoever gets it anew was found among those who may a moment ago.
  const wasFound = key.kind === "direct" && message.ts === null;
  const isPersonal = key.kind === "direct" || key.kind === "direct asked";
  const isTheirs = !isPersonal || wasFound || (await mayRead(deps, message));
  const again = (takes: Takes) =>
    render(deps, message.changeId, key, { pagesStand, cardTs, isTheirs, takes });
  const rendered = await again(deps.richKinds.takesIn(message.teamId));
  if (rendered === null) return { kind: "needless", why: "it has no place any more" };
  return failing(message, signal, async () => {
    const channelId = message.channelId ?? (await openDirect(deps, message));
    return bring(deps, { ...message, channelId }, key, { rendered, again }, signal);
  });
}

/** What a failed call of Slack means for the message. */
async function failing(
  { failures }: DueMessage,
  signal: AbortSignal,
  work: () => Promise<Delivery>,
): Promise<Delivery> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted) throw error;
    const failure = readFailure(error);
    // A reply whose card was deleted: the card comes again with the change's next event, which an ended one may never have.
    const isHopeless = failure.kind === "gone" || (failure.kind === "later" && failure.isUnknown === true);
    if (isHopeless && failures >= MOST_SOON) return { kind: "never", why: failure.why, isShut: true };
    if (failure.kind === "gone") return { kind: "later", why: failure.why };
    // Its few fixed words were refused, too, so that it is nothing that it says.
    return failure.kind === "too much" ? { kind: "never", why: failure.why } : failure;
  }
}

async function bring(
  deps: SenderDeps,
  message: InChannel,
  key: MessageKey,
  draft: Draft,
  signal: AbortSignal,
): Promise<Delivery> {
  const ts = message.ts ?? (message.failures > 0 ? await deps.findPosted(message) : null);
  const known = ts === null ? null : await update(deps, message, ts, draft);
  if (known !== null) return { kind: "sent", ts: known };
  if (draft.rendered.isOver === true)
    return { kind: "needless", why: "it stands nowhere, and there is nothing to decide" };
  return { kind: "sent", ts: await post(deps, message, key, draft, signal) };
}

/** The ts, or null when the message is not there any more and has to be posted anew. */
async function update(
  deps: SenderDeps,
  message: InChannel,
  ts: string,
  draft: Draft,
): Promise<string | null> {
  const target = { channel: message.channelId, ts, attachments: [] };
  try {
    await inFullOrShort(deps, message, draft, (content) => deps.door.change({ ...target, ...content }));
    return ts;
  } catch (error) {
    if (readFailure(error).kind !== "gone") throw error;
    deps.log.warn(
      { change: message.changeId, message: message.name },
      "A message was deleted in Slack, posted anew",
    );
    return null;
  }
}

async function post(
  deps: SenderDeps,
  message: InChannel,
  key: MessageKey,
  draft: Draft,
  signal: AbortSignal,
): Promise<string> {
  const target = {
    channel: message.channelId,
    unfurl_links: false,
    unfurl_media: false,
    metadata: { event_type: EVENT_TYPE, event_payload: { change_id: message.changeId, name: message.name } },
  };
  const send = (thread: ThreadTarget | undefined) =>
    inFullOrShort(deps, message, draft, (content) =>
      deps.door.post(
        { ...target, ...content, ...thread },
        { signal, ready: () => assertHeld(deps, message) },
      ),
    );
  const thread =
    message.cardTs === null || message.person !== null
      ? undefined
      : threadTarget(message.cardTs, key, draft.rendered.isQuiet === true);
  try {
    return await send(thread);
  } catch (error) {
    const failure = readFailure(error);
    // The card was deleted. A verdict must be heard all the same; the rest belongs to the card and comes with a new one.
    if (failure.kind !== "gone" || key.kind !== "verdict") throw error;
    return send(undefined);
  }
}

/** After the waiting, right before the call: an instance that was frozen meanwhile would post what another one has posted. */
function assertHeld({ outbox }: SenderDeps, message: DueMessage): void {
  if (!outbox.isHeld(message)) throw new Error("its claim ran out before it was sent");
}

type Content = { text: string; blocks: Rendered["blocks"] };

/**
 * The message with its blocks; where Slack refuses those, the same without the rich ones it names, at once, which is
 * remembered for that workspace; and where it refuses the classic ones too, the text alone: a verdict must not be lost
 * over its looks.
 */
async function inFullOrShort<Answer>(
  deps: SenderDeps,
  message: DueMessage,
  draft: Draft,
  call: (content: Content) => Promise<Answer>,
): Promise<Answer> {
  const { text, blocks } = draft.rendered;
  try {
    return await call({ text, blocks });
  } catch (error) {
    const failure = readFailure(error);
    if (failure.kind !== "too much") throw error;
    const about = { change: message.changeId, message: message.name, slack: failure.why };
    const refused = failure.why.startsWith("invalid_blocks") ? kindsRefused(blocks, failure.why) : [];
    const takes = deps.richKinds.takesIn(message.teamId);
    const classic =
      refused.length === 0 ? null : await draft.again((kind) => takes(kind) && !refused.includes(kind));
    if (classic === null) {
      deps.log.error(about, "Slack refuses the blocks of a message, so its text is sent alone");
      return inFewWords(message, text, call);
    }
    deps.log.warn({ ...about, refused }, "Slack refuses rich blocks, so the classic form is sent");
    // Remembered first: what is rendered again below must not hold them, or this would never end.
    deps.richKinds.refusedIn(message.teamId, refused);
    return inFullOrShort(deps, message, { ...draft, rendered: classic }, call);
  }
}

/** The text alone; where that is refused, too, words that no change has any part in. */
async function inFewWords<Answer>(
  { changeId }: DueMessage,
  text: string,
  call: (content: Content) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await call({ text: `${text}\n${SHORTENED}`, blocks: [] });
  } catch (error) {
    if (readFailure(error).kind !== "too much") throw error;
    return call({ text: `Change ${changeId}. ${SHORTENED}`, blocks: [] });
  }
}

/** The types want `reply_broadcast` as a literal, true or false. */
type ThreadTarget = { thread_ts: string; reply_broadcast: true } | { thread_ts: string };

function threadTarget(thread_ts: string, key: MessageKey, isQuiet: boolean): ThreadTarget {
  return key.kind === "verdict" && !isQuiet ? { thread_ts, reply_broadcast: true } : { thread_ts };
}
