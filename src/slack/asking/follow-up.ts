import { type Change, isEnded, openDecision } from "#change/change.ts";
import { MAX_REQUEST_LENGTH } from "#change/changes.ts";
import { decideAs, type Given } from "#slack/clicks/deciding.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import { code, type Rendered, said } from "#slack/text/blocks.ts";
import { say, sayPieces } from "#slack/text/say.ts";
import { cutMiddle, plainWords } from "#slack/text/text.ts";
import { WORDS } from "#slack/words/names.ts";
import { readTyped } from "#slack/words/read-typed.ts";
import type { MessageToBot } from "./message-to-bot.ts";
import { answerTyped, type TypedLine } from "./typed-line.ts";

/** How much of the old request a new one repeats. */
const OLD_CHARS = 1_200;
const decides =
  /^(?:i )?(?:approved?|confirm(?:ed)?|reject(?:ed)?|den(?:y|ied)|accept(?:ed)?|lgtm|looks good|yes|yep|no|nope|ok(?:ay)?|ship it|do it|go|go ahead|run it|\+1|-1)(?:\s+(?:it|this|that|to me|please|thanks|now))*[.!]*$/iu;
/** Said of the change itself, and never a part of a plan: "stop the old job first" is no match. */
const stops =
  /^(?:please )?(?:stop|abort|halt)(?:[ ,]+(?:it|this|that|the change|everything|all|now|right now|immediately|at once|please))*[.!]*$/iu;
/** Words whose whole line nobody gives as an answer. */
const lines = /^(?:list (?:waiting|mine|running|recent|all)|check (?:kubectl|terraform) .*)$/isu;

/** What words in a change's thread come to: a line as if it had been typed, an answer to its question, or words back alone. */
type Meant =
  | { kind: "line"; text: string }
  | { kind: "decide"; given: Given }
  | { kind: "say"; answer: Rendered };

/** Answers what somebody says to the bot in a change's thread. `line` is the message as a line of its own. */
export async function followUp(
  deps: SlackDeps,
  change: Change,
  message: MessageToBot,
  line: TypedLine,
): Promise<Rendered> {
  const meant = readFollowUp(change, message.at, line.text);
  switch (meant.kind) {
    case "line":
      return answerTyped(deps, { ...line, text: meant.text });
    case "decide":
      return { text: await decideAs(deps, message.where, meant.given), blocks: [] };
    case "say":
      return meant.answer;
  }
}

/**
 * Reads such words. While the change waits for an approval they are what should be different, while it asks one question the
 * answer to it, and after its end a new request that names what it follows. They count for what stood there when they were
 * written (`at`): so neither a message Slack delivers late, nor one that crossed a new plan, does anything to what came after
 * it.
 */
export function readFollowUp(change: Change, at: Date, words: string): Meant {
  const text = plainWords(words);
  const own = wordAbout(change, text);
  if (own !== null) return { kind: "line", text: own };
  if (change.status === "asking") return answer(change, at, text);
  if (change.status === "waiting") return requestChanges(change, at, text);
  if (isEnded(change.status)) return askAnew(change, at, text);
  return change.status === "needs_person"
    ? back(say("A person is asked about this change: its card has the buttons. Nothing was added to it."))
    : back(say("Nothing can be added to this change now: it is under way. When it has ended, say it again."));
}

/** A word of the bot's own, with this change's id where the word takes one and none stands there; null: it is none. */
function wordAbout(change: Change, text: string): string | null {
  // At any state: it is said in a hurry, and doing less is what nobody has to approve.
  if (stops.test(text)) return `cancel ${change.id} ${text}`;
  const typed = readTyped(text);
  // "Thank you very much!" asks for no other plan. To a question it may be the answer.
  if (typed.kind === "greeting" && change.status !== "asking") return text;
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

function answer(change: Change, at: Date, text: string): Meant {
  const question = openDecision(change);
  if (question === null || question.gate !== "answers" || at < question.askedAt) return newer();
  const { questions, revision, round, digest } = question;
  if (questions.length !== 1)
    return back(
      say(
        `${questions.length} questions are open, and one message cannot answer them all. Answer them on the card.`,
      ),
    );
  const asked = { changeId: change.id, gate: "answers", revision, round, digest } as const;
  return { kind: "decide", given: { ...asked, answer: "answered", reason: null, answers: [text] } };
}

function requestChanges(change: Change, at: Date, text: string): Meant {
  if (decides.test(text))
    return back(
      say(
        "Nothing was decided: words approve and reject nothing, so that nobody does it by chance. Press the button on the card. To have the plan changed, say what should be different.",
      ),
    );
  const question = openDecision(change);
  if (question === null || question.gate !== "approval" || at < question.askedAt) return newer();
  if (!/\s/u.test(text))
    return back(
      sayPieces([
        said("One word is too little to change a plan by. Say what should be different, for example: "),
        code("use 4 instead"),
      ]),
    );
  const { revision, round, digest } = question;
  const asked = { changeId: change.id, gate: "approval", revision, round, digest } as const;
  return { kind: "decide", given: { ...asked, answer: "request_changes", reason: text } };
}

/** Everything in it is data for the Planner, and the new change has a plan, a card and an approval of its own. */
function askAnew(change: Change, at: Date, text: string): Meant {
  if (change.endedAt !== null && at < change.endedAt) return newer();
  const typed = readTyped(text);
  if (typed.kind !== "request") return { kind: "line", text };
  const head = `Follow-up of change ${change.id.slice(0, 8)}: `;
  const now = `; now: ${typed.request}`;
  const room = Math.max(0, Math.min(OLD_CHARS, MAX_REQUEST_LENGTH - head.length - now.length));
  return { kind: "line", text: `${head}${cutMiddle(change.request, room)}${now}` };
}

function newer(): Meant {
  return back(
    say(
      "The change has moved on since this was written, so nothing was done with it. Look at the card, and say it again if it is still meant.",
    ),
  );
}

function back(answer: Rendered): Meant {
  return { kind: "say", answer };
}
