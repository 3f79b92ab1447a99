import { z } from "zod";
import type { Acted } from "#playground/slack/acting.ts";
import type { ClickInput } from "#playground/slack/clicking.ts";
import type { CloseInput, SubmitInput } from "#playground/slack/forms.ts";
import type { SayInput } from "#playground/slack/saying.ts";
import type { ShortcutInput } from "#playground/slack/shortcuts.ts";

/** What the page's posts do. */
export type PageActs = {
  say(input: SayInput): Acted;
  click(input: ClickInput): Acted;
  submit(input: SubmitInput): Acted;
  close(input: CloseInput): Acted;
  shortcut(input: ShortcutInput): Acted;
  openHome(as: string): Acted;
  bringAbout(kind: FaultKind): Acted;
};

/** What a visitor can have go wrong with Slack. */
export type FaultKind = "rate_limit" | "drop" | "double" | "refresh" | "outage";

const id = z.string().min(1).max(40);
const maybe = (schema: z.ZodString) => schema.nullish().transform((value) => value ?? undefined);
const words = z.string().max(40_000);
const say = z.object({ as: id, channel: id, text: words, thread_ts: maybe(id) });
const click = z.object({
  as: id,
  channel: maybe(id),
  ts: maybe(id),
  view_id: maybe(id),
  block_id: z.string().max(255),
  action_id: z.string().max(255),
  value: maybe(words),
  selected: maybe(words),
});
const submit = z.object({
  as: id,
  view_id: id,
  values: z.record(z.string(), z.record(z.string(), words)),
});
const close = z.object({ as: id, view_id: id });
const shortcut = z.object({
  as: id,
  callback_id: z.string().max(255),
  channel: maybe(id),
  ts: maybe(id),
});
const fault = z.object({ as: id, kind: z.enum(["rate_limit", "drop", "double", "refresh", "outage"]) });
const home = z.object({ as: id });

/** Carries out a post of the page: a sentence when its body is wrong, null when there is no such post. */
export function performAct(acts: PageActs, path: string, text: string): Acted | string | null {
  const posts: Record<string, (body: unknown) => Acted | string> = {
    say: (body) => parsed(say, body, acts.say),
    click: (body) => parsed(click, body, acts.click),
    submit: (body) => parsed(submit, body, acts.submit),
    close: (body) => parsed(close, body, acts.close),
    shortcut: (body) => parsed(shortcut, body, acts.shortcut),
    home: (body) => parsed(home, body, ({ as }) => acts.openHome(as)),
    fault: (body) => parsed(fault, body, ({ kind }) => acts.bringAbout(kind)),
  };
  const post = Object.hasOwn(posts, path) ? posts[path] : undefined;
  if (post === undefined) return null;
  try {
    return post(JSON.parse(text));
  } catch {
    return "The post is no JSON.";
  }
}

function parsed<T>(schema: z.ZodType<T>, body: unknown, act: (input: T) => Acted): Acted | string {
  const read = schema.safeParse(body);
  if (read.success) return act(read.data);
  const names = read.error.issues.map((issue) => issue.path.join(".") || "body");
  return `The post does not have the fields it should: ${names.join(", ")}.`;
}
