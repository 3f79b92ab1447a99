import type { Json } from "#playground/model/wire-parts.ts";

/** One look as it is asked for: the tool and what it has to name. */
export type Look = { name: string; input: Json };

/** A look that was answered. */
export type Seen = Look & { text: string };

/** A thought that needs looks on its way: it hands out each look and goes on with its text. */
export type Looking<Thought> = Generator<Look, Thought, string>;

/**
 * Thinks as far as what was seen goes: to the end, or to the first look that is missing. Each call of a model begins with
 * nothing but the conversation, so the thought is thought anew each time.
 */
export function thinkOn<Thought>(
  thought: Looking<Thought>,
  seen: readonly Seen[],
): { look: Look } | { thought: Thought; restsOn: number[] } {
  const restsOn: number[] = [];
  let next = thought.next();
  while (next.done !== true) {
    const look = next.value;
    const at = seen.findIndex((one) => isSame(one, look));
    if (at < 0) return { look };
    if (!restsOn.includes(at + 1)) restsOn.push(at + 1);
    next = thought.next(seen[at]?.text ?? "");
  }
  return { thought: next.value, restsOn };
}

/** The text of a kubectl command that only reads. */
export function* kubectl(why: string, ...args: string[]): Looking<string> {
  return yield { name: "kubectl", input: { args, why } };
}

/** The same look for another reason is the same look. */
function isSame(one: Look, other: Look): boolean {
  const plain = ({ name, input: { why: _why, ...asked } }: Look): string => JSON.stringify([name, asked]);
  return plain(one) === plain(other);
}
