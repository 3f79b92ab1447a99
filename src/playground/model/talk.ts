import { missingCounts, understand, wordsOfPlace } from "./sentences.ts";
import { isObject, type Json } from "./wire-parts.ts";

/** What the planner is told: the request, and what was said about it since. */
export type Talk = {
  request: string;
  answers: { question: string; answer: string }[];
  wishes: string[];
};

/** One thing to ask, with the answers to choose from. */
export type Asking = { question: string; choices: string[] };

/** What is to be done after all that was said, or what has to be asked first. */
export type TalkedOver = { request: string } | { asks: Asking[] };

const PLACE = "Which environment?";
const COUNTS = ["1", "2", "3", "5"];
const verbs = "scale|resize|increase|decrease";

/** Reads the block of the prompt; what it does not know it passes over. */
export function readTalk(block: Json | null): Talk {
  const list = (name: string): unknown[] => (Array.isArray(block?.[name]) ? block[name] : []);
  return {
    request: String(block?.["request"] ?? ""),
    answers: list("answers")
      .filter(isObject)
      .map(({ question, answer }) => ({ question: String(question), answer: String(answer) })),
    wishes: list("wishes").map(String),
  };
}

/** The plan that was refused, where one was: the rules know no other for the same words. */
export function refusedPlan(block: Json | null): Json | null {
  const refused = block?.["refused"];
  return isObject(refused) && isObject(refused["plan"]) ? refused["plan"] : null;
}

/** The request as the answers and wishes make it, one after the other; asks for what is missing in it. */
export function talkOver({ request, answers, wishes }: Talk): TalkedOver {
  let said = withAnswers(request, answers);
  for (const wish of wishes) {
    const told = answers.find(({ question }) => question === aboutWish(wish))?.answer;
    const next = withWish(said, told ?? wish);
    if (next === null)
      return told === undefined ? { asks: [{ question: aboutWish(wish), choices: [] }] } : { request: told };
    said = withAnswers(next, answers);
  }
  const asks = [
    ...missingCounts(said).map((name) => ({ question: howMany(name), choices: COUNTS })),
    ...(isPlaceless(said) ? [{ question: PLACE, choices: ["production", "staging"] }] : []),
  ];
  return asks.length === 0 ? { request: said } : { asks: asks.slice(0, 3) };
}

/** The request with what was answered in the places where it is missing. */
function withAnswers(request: string, answers: Talk["answers"]): string {
  let said = request;
  for (const name of missingCounts(said)) {
    const told = answers.find(({ question }) => question === howMany(name))?.answer;
    if (told !== undefined) said = withCount(said, name, told);
  }
  const place = answers.findLast(({ question }) => question === PLACE)?.answer;
  return place === undefined || !isPlaceless(said)
    ? said
    : `${said.replace(/[.!?\s]+$/, "")} in ${wordsOfPlace(place)}`;
}

/** Whether something would be changed in an environment nobody named. */
function isPlaceless(request: string): boolean {
  const names = missingCounts(request);
  const whole = names.reduce((text, name) => withCount(text, name, "1"), request);
  return understand(whole)?.isPlaceless ?? false;
}

function howMany(name: string): string {
  return `How many replicas should ${name} have?`;
}

function aboutWish(wish: string): string {
  const quoted = wish.length > 120 ? `${wish.slice(0, 119)}…` : wish;
  return `What does “${quoted}” mean for the plan? Say it like “use 4 instead”, “in staging instead”, “also restart it”, or as a whole request.`;
}

function withCount(request: string, name: string, count: string): string {
  const place = new RegExp(
    `\\b(?:${verbs})(?: up| down)?(?: the)?(?: deployment| service| app)? ${escaped(name)}(?![\\w.-])(?: deployment| service| app)?`,
    "i",
  );
  return request.replace(place, (found) => `${found} to ${count.trim()}`);
}

/** The request with a wish in it, or null when the wish is not understood. */
function withWish(request: string, wish: string): string | null {
  const text = wish
    .trim()
    .replace(/[.!]+$/, "")
    .replace(/^(?:please|but|and),? /i, "");
  const number =
    /^(?:use |make it |only |just |rather |take )*(?:to )?(\d{1,5})(?: replicas?| pods?| copies)?(?: instead| please)?$/i.exec(
      text,
    )?.[1];
  if (number !== undefined && / to \w+/i.test(request)) return request.replace(/ to \w+/i, ` to ${number}`);
  const place =
    /^(?:use |only |just |do it |rather )*(?:in |on )?(production|prod|staging)(?: instead| please| first| only)?$/i.exec(
      text,
    )?.[1];
  if (place !== undefined)
    return /\b(?:production|prod|staging)\b/i.test(request)
      ? request.replace(/\b(?:production|prod|staging)\b/gi, place)
      : `${request} in ${place}`;
  const also = /^also,? (.+)$/i.exec(text)?.[1];
  if (also !== undefined) {
    const more = `${request}, then ${also.replace(/\bit\b/i, lastName(request) ?? "it")}`;
    return understand(more) === null ? null : more;
  }
  if (understand(text) === null && missingCounts(text).length === 0) return null;
  const where = /\b(?:production|prod|staging)\b/i;
  const before = where.exec(request)?.[0];
  return where.test(text) || before === undefined ? text : `${text} in ${before}`;
}

function lastName(request: string): string | null {
  const steps = understand(request)?.drafts ?? [];
  const named = steps.flatMap(({ args }) => args.flatMap((arg) => /^deployment\/(.+)$/.exec(arg)?.[1] ?? []));
  return named.at(-1) ?? null;
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
