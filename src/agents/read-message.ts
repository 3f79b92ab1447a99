import type Anthropic from "@anthropic-ai/sdk";
import type { z } from "zod";
import type { Failure, Message, ModelRequest, Read } from "./question.ts";
import { toolTurnOf } from "./tools.ts";

type Wanted<Answer> = Pick<ModelRequest<Answer>, "schema" | "otherwise" | "tools">;

/** No more of the service's words than this is shown. */
const MOST_WORDS = 300;

/** Reads the answer out of a whole message, or what it asks for first, or says why it is neither. `redact` sees the answer first. */
export function readMessage<Answer>(
  message: Anthropic.Message,
  wanted: Wanted<Answer>,
  { redact, maxTokens }: { redact: (text: string) => string; maxTokens: number },
): Read<Answer> {
  if (message.stop_reason === "tool_use" && wanted.tools !== undefined) {
    const turn = toolTurnOf(message);
    // A turn without a call has nothing to answer, and the service takes no empty one.
    if (turn.asked.length > 0) return { ok: true, turn };
  }
  const stopped = stoppedEarly(message, redact, maxTokens);
  if (stopped !== null) return { ok: false, ...stopped };
  const text = message.content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("");
  return readAnswer(redact(text), wanted);
}

/** What a service said, in a line for people. */
export function wordsOf(text: string, redact: (text: string) => string): string {
  const line = redact(text).toWellFormed().replaceAll(/\s+/g, " ").trim().replace(/\.$/, "");
  return line.length > MOST_WORDS ? `${line.slice(0, MOST_WORDS - 1).toWellFormed()}…` : line;
}

/** Every end that is not the answer's own. */
function stoppedEarly(
  { stop_reason: why, stop_details: details }: Anthropic.Message,
  redact: (text: string) => string,
  maxTokens: number,
): Failure | null {
  switch (why) {
    case "end_turn":
      return null;
    case "max_tokens": {
      const limit = maxTokens.toLocaleString("en-US");
      return {
        kind: "cut",
        reason: `the model's answer was cut off at ${limit} tokens. Ask for less at once`,
      };
    }
    case "refusal": {
      const category = details?.category == null ? "" : ` (${details.category})`;
      const words = details?.explanation == null ? "" : `: ${wordsOf(details.explanation, redact)}`;
      return {
        kind: "lasting",
        reason: `the model refused to answer${category}${words}. Say it in other words`,
      };
    }
    case "model_context_window_exceeded":
      return {
        kind: "lasting",
        reason: "the request and its answer are more than the model takes at once. Ask for less at once",
      };
    case "pause_turn":
      return {
        kind: "lasting",
        reason:
          "the model stopped in the middle to go on later, which it may only with tools it was not given",
      };
    case null:
      return {
        kind: "busy",
        waitMs: null,
        reason: "the model's answer broke off on its way",
        isUnsure: true,
      };
    default:
      return { kind: "lasting", reason: `the model stopped before its answer (${wordsOf(why, redact)})` };
  }
}

function readAnswer<Answer>(
  text: string,
  { schema, otherwise }: Pick<Wanted<Answer>, "schema" | "otherwise">,
): Read<Answer> {
  const value = parseJson(text);
  if (value === undefined) return notOfForm(text, "it is no JSON");
  if (!isStorable(value)) return notOfForm(text, "it holds a NUL or half a character");
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, answer: parsed.data };
  const other = otherwise?.(value) ?? null;
  if (other !== null) return { ok: true, answer: other };
  return notOfForm(text, parsed.error.issues.slice(0, MOST_FAULTS).map(faultOf).join("; "));
}

/** Of a plan that is wrong throughout, the first few say enough. */
const MOST_FAULTS = 5;

/** "plan.3.args: Too big: expected array to have <=64 items". Names the answer made up itself are not repeated to it. */
function faultOf({ code, path, message }: z.core.$ZodIssue): string {
  const where = path.map((key) => (/^\w{1,40}$/.test(String(key)) ? String(key) : "?")).join(".");
  const what = code === "unrecognized_keys" ? "has a field that is not in the schema" : message.slice(0, 200);
  return `${where || "the whole answer"}: ${what}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** PostgreSQL's JSON takes neither a NUL nor a lone surrogate: a change whose plan held one could never be written down. */
function isStorable(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed() && !value.includes("\0");
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, inner]) => isStorable(key) && isStorable(inner));
}

function notOfForm(said: string, fault: string): { ok: false } & Failure {
  const repair: Message[] = [
    // The service takes no empty turn.
    { role: "assistant", content: said.trim() === "" ? "(no text)" : said.toWellFormed() },
    {
      role: "user",
      content: `Greenlight cannot use that answer: ${fault}. Answer the same question again, whole, with this put right.`,
    },
  ];
  return {
    ok: false,
    kind: "form",
    repair,
    reason: `the model's answer was not of the agreed form (${fault})`,
  };
}
