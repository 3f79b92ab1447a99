import type { Expr, TextPart } from "./expressions.ts";
import { callValue } from "./functions.ts";
import { resolveName } from "./resolve.ts";
import { once, type Scope, withNames } from "./scope.ts";
import { anyOf, joined, list, member, membersOf, text, unknown, type Value } from "./values.ts";

const MAX_ROUNDS = 300;
/** Locals that hang on locals, and so on. */
const MAX_DEPTH = 400;

/** What an expression may turn out to be where it stands. Never less than what terraform could make of it. */
export function evaluate(expr: Expr, scope: Scope): Value {
  const { world } = scope.module;
  world.left -= 1;
  if (world.left < 0 || world.depth > MAX_DEPTH) return unknown("more than can be worked out");
  world.depth += 1;
  const value = worth(expr, scope);
  world.depth -= 1;
  world.left -= sizeOf(value);
  return value;
}

function sizeOf(value: Value): number {
  if (value.kind === "list") return value.items.length;
  if (value.kind === "object") return value.entries.size;
  if (value.kind === "texts") return value.texts.length;
  return value.kind === "any" ? value.options.length : 0;
}

function worth(expr: Expr, scope: Scope): Value {
  switch (expr.kind) {
    case "text":
      return expr.isLoose
        ? unknown("a text with directives")
        : joined(expr.parts.map((part) => partValue(part, scope)));
    case "plain":
      return plainValue(expr.text);
    case "list":
      return list(expr.items.map((item) => evaluate(item, scope)));
    case "object":
      return objectValue(expr.entries, scope);
    case "choice":
      return anyOf(expr.options.map((option) => evaluate(option, scope)));
    case "for":
      return loopValue(expr, scope);
    case "call":
      return callValue(expr, scope, evaluate);
    case "name":
    case "get":
      return pathValue(expr, scope);
    default:
      return unknown("what an operator makes");
  }
}

/** The names a loop binds, each as any of what it may go over. */
export function bindLoop(names: readonly string[], over: Expr, scope: Scope): Scope {
  const pick = (part: "key" | "value") =>
    once(() => {
      const members = membersOf(evaluate(over, scope));
      return members === null ? unknown("a loop's value") : anyOf(members.map((one) => one[part]));
    });
  const parts = names.length > 1 ? (["key", "value"] as const) : (["value"] as const);
  return withNames(
    scope,
    names.map((name, index) => [name, pick(parts[index] ?? "value")] as const),
  );
}

function partValue(part: TextPart, scope: Scope): Value {
  return typeof part === "string" ? text(part) : evaluate(part.expr, scope);
}

/** A number is read anew when it is written: 1e3 is 1000. */
function plainValue(written: string): Value {
  if (written === "null") return { kind: "texts", texts: [] };
  return /^(0|[1-9]\d{0,8}|true|false)$/.test(written) ? text(written) : unknown("a number");
}

function objectValue(entries: readonly (readonly [Expr, Expr])[], scope: Scope): Value {
  const made = new Map<string, Value>();
  for (const [key, inner] of entries) {
    const name = evaluate(key, scope);
    const [only] = name.kind === "texts" ? name.texts : [];
    if (name.kind !== "texts" || name.texts.length !== 1 || only === undefined)
      return unknown("an object with keys that are worked out");
    const value = evaluate(inner, scope);
    addEntry(made, only, value);
  }
  return { kind: "object", entries: made, isExact: true };
}

function loopValue({ names, over, body, makes }: Extract<Expr, { kind: "for" }>, scope: Scope): Value {
  const members = membersOf(evaluate(over, scope));
  if (members === null) return unknown("what a loop makes");
  if (members.length > MAX_ROUNDS) return unknown("a loop without end");
  const rounds = members.map(({ key, value }) => {
    const bound = names.length > 1 ? [key, value] : [value];
    return withNames(
      scope,
      names.map((name, index) => [name, () => bound[index] ?? value] as const),
    );
  });
  const [first, second] = body;
  if (first === undefined) return unknown("what a loop makes");
  // Duplicates, an `if` and a set's order: the members are known, their number and order are not.
  if (makes === "list")
    return list(
      rounds.map((round) => evaluate(first, round)),
      false,
    );
  const entries = new Map<string, Value>();
  for (const round of rounds) {
    const key = evaluate(first, round);
    const [only] = key.kind === "texts" ? key.texts : [];
    if (key.kind !== "texts" || key.texts.length !== 1 || only === undefined || second === undefined)
      return unknown("an object with keys that are worked out");
    const value = evaluate(second, round);
    addEntry(entries, only, value);
  }
  return { kind: "object", entries, isExact: false };
}

/** terraform takes two spellings of one letter for the same key. */
function addEntry(entries: Map<string, Value>, written: string, value: Value): void {
  const key = written.normalize();
  const before = entries.get(key);
  entries.set(key, before === undefined ? value : anyOf([before, value]));
}

/** A name with what follows it: `var.x`, `local.y["z"].w`, `data.t.n[0].a`. */
function pathValue(expr: Expr, scope: Scope): Value {
  const steps: Extract<Expr, { kind: "get" }>[] = [];
  let start = expr;
  for (; start.kind === "get"; start = start.of) steps.unshift(start);
  if (start.kind !== "name") return follow(evaluate(start, scope), steps, scope);
  const bound = scope.names.get(start.name);
  if (bound !== undefined) return follow(bound(), steps, scope);
  if (scope.isTemplate) return unknown(`the template's ${start.name}`);
  const { value, taken } = resolveName(start.name, steps, scope, evaluate);
  return follow(value, steps.slice(taken), scope);
}

function follow(value: Value, steps: readonly Extract<Expr, { kind: "get" }>[], scope: Scope): Value {
  const [step, ...rest] = steps;
  if (step === undefined || value.kind === "unknown" || value.kind === "from") return value;
  scope.module.world.left -= sizeOf(value);
  if (step.key !== null) return follow(member(value, keysOf(step.key, scope)), rest, scope);
  // A splat takes each member of a list, and anything else as the only one.
  if (value.kind === "list")
    return list(
      value.items.map((item) => follow(item, rest, scope)),
      value.isExact,
    );
  return list([follow(value, rest, scope)], false);
}

function keysOf(key: Expr, scope: Scope): readonly string[] | null {
  const value = evaluate(key, scope);
  return value.kind === "texts" && value.texts.length > 0 ? value.texts : null;
}
