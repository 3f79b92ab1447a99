import { type Plan, planFor } from "#playground/model/rules.ts";
import { understand } from "#playground/model/sentences.ts";
import type { Draft, Risk } from "#playground/model/steps.ts";
import { type Talk, talkOver } from "#playground/model/talk.ts";
import { act } from "./acts.ts";
import { answerTo } from "./answers.ts";
import { type Intent, intentsOf } from "./intent.ts";
import type { Looking } from "./look.ts";
import type { Ask } from "./objects.ts";
import { findOut, mend } from "./why.ts";

/** The planner's answer with what a question is answered. */
export type Thought = Plan & { answer: string };

/** Steps, an answer or a question: what a part of a request comes to. */
type Part = { drafts: Draft[] } | { answer: string } | { ask: Ask } | { cannot: string };

/** Thinks about what was said, with looks on the way: names, numbers and causes come from what is there. */
export function* think(talk: Talk, namespaces: readonly string[]): Looking<Thought> {
  const request = requestOf(talk);
  const intents = intentsOf(request);
  if (intents.length === 0) return { ...planFor(talk), answer: "" };
  const drafts: Draft[] = [];
  const answers: string[] = [];
  for (const intent of intents) {
    const part = yield* partOf(intent, namespaces, request);
    if ("ask" in part) return asking(part.ask);
    if ("cannot" in part) return { ...nothing(), summary: part.cannot };
    if ("answer" in part) answers.push(part.answer);
    else drafts.push(...part.drafts);
  }
  return drafts.length > 0 ? planned(drafts) : { ...nothing(), answer: answers.join(" ") };
}

function* partOf(intent: Intent, namespaces: readonly string[], request: string): Looking<Part> {
  if (intent.verb === "why" || intent.verb === "fix") return yield* diagnosed(intent, namespaces);
  const known = understand(request)?.drafts ?? null;
  if (intent.verb === "apply")
    return known === null
      ? { cannot: planFor({ request, answers: [], wishes: [] }).summary }
      : { drafts: known };
  if (intent.verb === "show" && known !== null) return { drafts: known };
  if (intent.verb === "show") return yield* answerTo(intent, namespaces);
  return yield* act(intent, { namespaces });
}

function* diagnosed(intent: Intent, namespaces: readonly string[]): Looking<Part> {
  const told = yield* findOut(intent, namespaces);
  if (!("diagnoses" in told)) return told;
  const said = told.diagnoses.map(({ cause }) => cause.because).join(" ");
  if (intent.verb === "why")
    return { answer: said || `All ${told.well.length} deployments are ready, and nothing failed.` };
  const drafts: Draft[] = [];
  for (const diagnosis of told.diagnoses) drafts.push(...((yield* mend(diagnosis)) ?? []));
  return drafts.length > 0 ? { drafts } : { answer: `${said} Nothing that Greenlight may run mends that.` };
}

/** What was said, with answers and wishes where they belong, or after it. */
function requestOf(talk: Talk): string {
  const over = talkOver(talk);
  const said = "request" in over ? over.request : talk.request;
  const told = talk.answers
    .map(({ question, answer }) => wordsFor(question, answer))
    .filter((one) => !said.includes(one));
  return [said.replace(/[.!?\s]+$/, ""), ...told].join(" ");
}

function wordsFor(question: string, answer: string): string {
  const text = answer.trim();
  if (/^how many/i.test(question)) return `to ${text}`;
  return /environment|namespace/i.test(question) && !/^(?:in|on) /i.test(text)
    ? `in namespace ${text}`
    : text;
}

const order: Risk[] = ["low", "medium", "high"];

function planned(drafts: readonly Draft[]): Thought {
  const risk = drafts.reduce<Risk>(
    (worst, one) => (order.indexOf(one.risk) > order.indexOf(worst) ? one.risk : worst),
    "low",
  );
  const doing = drafts.filter((one) => !one.description.startsWith("Wait"));
  return {
    ...nothing(),
    summary: doing.map((one) => one.description).join(", then "),
    plan: drafts.map((one, index) => ({ step: index + 1, ...one })),
    risk_level: risk,
    risk_reason: risk === "low" ? "It only reads." : "It changes what runs.",
  };
}

function asking({ question, choices }: Ask): Thought {
  return {
    ...nothing(),
    summary: "Something has to be known first.",
    questions: [question],
    choices: [choices],
  };
}

function nothing(): Thought {
  return {
    ...{ summary: "", plan: [], risk_level: "low", risk_reason: "Nothing would run." },
    ...{ questions: [], choices: [], answer: "" },
  };
}
