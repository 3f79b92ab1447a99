import { type Change, isEnded, openDecision } from "#change/change.ts";
import { MAX_REQUEST_LENGTH } from "#change/changes.ts";
import type { DecideAs } from "#slack/clicks/deciding.ts";
import { code, type Rendered, said } from "#slack/text/blocks.ts";
import { say, sayPieces } from "#slack/text/say.ts";
import { cutMiddle, plainWords } from "#slack/text/text.ts";
import { WORDS } from "#slack/words/names.ts";
import { readTyped } from "#slack/words/read-typed.ts";
import type { SaidMessage } from "./said-message.ts";
import type { AnswerTyped, TypedLine } from "./typed-line.ts";

/** Answers what somebody says to the bot in a change's thread. `line` is the message as a line of its own. */
export type FollowUp = (change: Change, message: SaidMessage, line: TypedLine) => Promise<Rendered>;

/** How much of the old request a new one repeats. */
const OLD_CHARS = 1_200;
const decides =
  /^(?:i )?(?:approved?|confirm(?:ed)?|reject(?:ed)?|den(?:y|ied)|accept(?:ed)?|lgtm|looks good|yes|yep|no|nope|ok(?:ay)?|ship it|do it|go|go ahead|run it|\+1|-1)(?:\s+(?:it|this|that|to me|please|thanks|now))*[.!]*$/iu;
/** Said of the change itself, and never a part of a plan: "stop the old job first" is no match. */
const stops =
  /^(?:please )?(?:stop|abort|halt)(?:[ ,]+(?:it|this|that|the change|everything|all|now|right now|immediately|at once|please))*[.!]*$/iu;
/** Words whose whole line nobody gives as an answer. */
const lines = /^(?:list (?:waiting|mine|running|recent|all)|check (?:kubectl|terraform) .*)$/isu;

/**
 * Makes it. While the change waits for an approval the words are a wish for changes, while it asks one question the answer
 * to it, and after its end a new request that names what it follows. Words count for what stood there when they were
 * written: so neither a message Slack delivers late, nor one that crossed a new plan, does anything to what came after it.
 */
export function createFollowUp(needs: { decideAs: DecideAs; answerTyped: AnswerTyped }): FollowUp {
  return async (change, message, line) => {
    const text = plainWords(line.text);
    const own = wordAbout(change, text);
    if (own !== null) return needs.answerTyped({ ...line, text: own });
    if (change.status === "asking") return answer(needs, change, message, text);
    if (change.status === "waiting") return wish(needs, change, message, text);
    if (isEnded(change.status)) return askAnew(needs, change, message, { ...line, text });
    return change.status === "needs_person"
      ? say("A person is asked about this change: its card has the buttons. Nothing was added to it.")
      : say("Nothing can be added to this change now: it is under way. When it has ended, say it again.");
  };
}

/** A word of the bot's own, with this change's id where the word takes one and none stands there; null: it is none. */
function wordAbout(change: Change, text: string): string | null {
  // At any state: it is said in a hurry, and doing less is what nobody has to approve.
  if (stops.test(text)) return `cancel ${change.id} ${text}`;
  const typed = readTyped(text);
  // What decides is answered where it would have to decide something.
  if (typed.kind === "unknown" && typed.foreign && !decides.test(text)) return text;
  if (typed.kind !== "word") return null;
  const { word, rest } = typed;
  const takesId = /^\w+ ID\b/u.test(WORDS[word].usage);
  const [first = ""] = rest.split(/\s/u);
  const hasId = takesId && /^[0-9a-f-]{8,36}$/iu.test(first);
  // An answer may begin like a word ("list all of them"); but a plan made after what was a cancel might run by itself.
  const isAnswer = rest !== "" && word !== "cancel" && !hasId && !lines.test(text);
  if (change.status === "asking" && isAnswer) return null;
  return takesId && !hasId ? `${word} ${change.id} ${rest}` : text;
}

async function answer(
  { decideAs }: { decideAs: DecideAs },
  change: Change,
  { where, at }: SaidMessage,
  text: string,
): Promise<Rendered> {
  const question = openDecision(change);
  if (question === null || question.gate !== "answers" || at < question.askedAt) return newer();
  const { questions, revision, round, digest } = question;
  if (questions.length !== 1)
    return say(
      `${questions.length} questions are open, and one message cannot answer them all. Answer them on the card.`,
    );
  const asked = { changeId: change.id, gate: "answers", revision, round, digest } as const;
  return plain(await decideAs(where, { ...asked, answer: "answered", reason: null, answers: [text] }));
}

async function wish(
  { decideAs }: { decideAs: DecideAs },
  change: Change,
  { where, at }: SaidMessage,
  text: string,
): Promise<Rendered> {
  if (decides.test(text))
    return say(
      "Nothing was decided: words approve and reject nothing, so that nobody does it by chance. Press the button on the card. To have the plan changed, say what should be different.",
    );
  const question = openDecision(change);
  if (question === null || question.gate !== "approval" || at < question.askedAt) return newer();
  if (!/\s/u.test(text))
    return sayPieces([
      said("One word is too little to change a plan by. Say what should be different, for example: "),
      code("use 4 instead"),
    ]);
  const { revision, round, digest } = question;
  const asked = { changeId: change.id, gate: "approval", revision, round, digest } as const;
  return plain(await decideAs(where, { ...asked, answer: "request_changes", reason: text }));
}

/** Everything in it is data for the Planner, and the new change has a plan, a card and an approval of its own. */
async function askAnew(
  { answerTyped }: { answerTyped: AnswerTyped },
  change: Change,
  message: SaidMessage,
  line: TypedLine,
): Promise<Rendered> {
  if (change.endedAt !== null && message.at < change.endedAt) return newer();
  const typed = readTyped(line.text);
  if (typed.kind !== "request") return answerTyped(line);
  const head = `Follow-up of change ${change.id.slice(0, 8)}: `;
  const now = `; now: ${typed.request}`;
  const room = Math.max(0, Math.min(OLD_CHARS, MAX_REQUEST_LENGTH - head.length - now.length));
  return answerTyped({ ...line, text: `${head}${cutMiddle(change.request, room)}${now}` });
}

function newer(): Rendered {
  return say(
    "The change has moved on since this was written, so nothing was done with it. Look at the card, and say it again if it is still meant.",
  );
}

function plain(text: string): Rendered {
  return { text, blocks: [] };
}
