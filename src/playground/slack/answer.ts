import { isObject, type Json } from "./check.ts";

/** What a Web API call answers: `ok: true` with fields, or `ok: false` with Slack's error code. */
export type Answer = Json & { ok: boolean; error?: string };

/** The arguments of a call: strings from a form, anything from JSON. */
export type Args = Json;

/** A refusal in Slack's words; `messages` are the sentences Slack adds for the developer. */
export type Refusal = Answer & { ok: false; error: string };

/** Refuses with this code. */
export function refuse(error: string, extra: Json = {}): Refusal {
  return { ok: false, error, ...extra };
}

/** Refuses with sentences, as Slack does for blocks, views and missing arguments. */
export function refuseWith(error: string, sentences: string[]): Refusal {
  return refuse(error, {
    errors: sentences,
    response_metadata: { messages: sentences.map((sentence) => `[ERROR] ${sentence}`) },
  });
}

/** Whether something that was looked for came back as a refusal. */
export function isRefusal(value: unknown): value is Refusal {
  return isObject(value) && value["ok"] === false && typeof value["error"] === "string";
}

/** A text argument, or undefined when it was not given. */
export function textArg(args: Args, name: string): string | undefined {
  const value = args[name];
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : undefined;
}

/** A text argument that must be there. */
export function needArg(args: Args, name: string): string | Refusal {
  const value = textArg(args, name);
  if (value !== undefined && value !== "") return value;
  return refuseWith("invalid_arguments", [`missing required field: ${name}`]);
}

/** True for `true`, "true" and "1". */
export function flagArg(args: Args, name: string): boolean {
  return ["true", "1"].includes(String(args[name]));
}

/** An argument that is JSON in a form and itself in a JSON body; undefined when not given, null when it cannot be read. */
export function jsonArg(args: Args, name: string): unknown {
  const value = args[name];
  if (typeof value !== "string") return value ?? undefined;
  if (value.trim() === "") return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
}

/** One page of a list: `limit` and an opaque `cursor`, answered with the cursor of the next page. */
export function pageOf<T>(items: T[], args: Args, defaultLimit: number): { items: T[]; next: string } {
  const limit = Math.max(1, Number(textArg(args, "limit") ?? defaultLimit) || defaultLimit);
  const start = Number(Buffer.from(textArg(args, "cursor") ?? "", "base64url").toString() || 0) || 0;
  const end = start + limit;
  const next = end < items.length ? Buffer.from(String(end)).toString("base64url") : "";
  return { items: items.slice(start, end), next };
}
