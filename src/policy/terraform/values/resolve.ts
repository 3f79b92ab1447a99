import { posix } from "node:path";
import type { Block } from "#policy/terraform/blocks.ts";
import type { Expr } from "./expressions.ts";
import { identityOf, type Module, once, type Scope, withNames } from "./scope.ts";
import { anyOf, BELOW, membersOf, ROOT_PATH, text, unknown, type Value } from "./values.ts";

/** Blocks that for_each repeats. */
const REPEATED: ReadonlySet<string> = new Set(["data", "ephemeral", "module", "resource"]);

type Evaluate = (expr: Expr, scope: Scope) => Value;
type Step = Extract<Expr, { kind: "get" }>;
/** What the first steps behind a name lead to, and how many they were. */
type Resolved = { value: Value; taken: number };

/** What a name that nothing binds leads to: variables, locals, paths, modules, resources. */
export function resolveName(
  name: string,
  steps: readonly Step[],
  scope: Scope,
  evaluate: Evaluate,
): Resolved {
  const { module } = scope;
  const first = nameOf(steps[0]);
  if (first === null) return { value: unknown(name), taken: 0 };
  const resolve = Object.hasOwn(ROOTS, name) ? ROOTS[name] : undefined;
  if (resolve !== undefined) return { value: resolve(first, module, evaluate), taken: 1 };
  if (name === "module") return outputOf(first, steps, module, evaluate);
  return name === "data" || name === "ephemeral"
    ? fromBlock(steps, 0)
    : fromBlock([named(name), ...steps], -1);
}

/** The names that expressions of a block may use beside the module's: `each`, and what a dynamic block calls its turn. */
export function scopeOf(block: Block, scope: Scope, evaluate: Evaluate): Scope {
  const { attributes } = block;
  const over = attributes.find(({ name }) => name === "for_each")?.expr;
  if (block.type === "dynamic") {
    const label = iteratorOf(block) ?? block.labels[0] ?? "";
    return withNames(scope, [[label, once(() => turnOf(over, false, scope, evaluate))]]);
  }
  if (!REPEATED.has(block.type) || block.labels.length === 0) return scope;
  // An override may repeat the same block for something else.
  if (scope.module.doubled.has(identityOf(block))) return withNames(scope, [["each", () => unknown("each")]]);
  return over === undefined
    ? scope
    : withNames(scope, [["each", once(() => turnOf(over, true, scope, evaluate))]]);
}

/** What a variable may hold, from everywhere it can come from. */
export function variableValue(name: string, module: Module, evaluate: Evaluate): Value {
  const blocks = module.variables.get(name) ?? [];
  const attributes = blocks.flatMap((block) => block.attributes);
  const isRoot = module.place === module.world.root;
  const whoElse = isRoot ? module.world.inputs.whoElse(name) : null;
  if (whoElse !== null) return unknown(`var.${name} (${whoElse})`);
  const own = { module, names: new Map(), isTemplate: false };
  const defaults = attributes.filter((one) => one.name === "default").map(({ expr }) => evaluate(expr, own));
  const given = givenByCallers(name, module, evaluate);
  const set = isRoot ? givenToRoot(name, module, evaluate) : [];
  const isAlwaysGiven = !isRoot && given.isAlways && !attributes.some((one) => one.name === "nullable");
  const options = [...set, ...given.values, ...(isAlwaysGiven ? [] : defaults)];
  if (options.length === 0) return unknown(`var.${name} (nothing says its value)`);
  const value = anyOf(options);
  // `optional(string, "/x")` in the type adds what no value shows.
  const addsMore = attributes.some((one) => one.name === "type" && holdsOptional(one.expr));
  return addsMore && value.kind !== "texts" ? unknown(`var.${name} (its type has optional parts)`) : value;
}

const ROOTS: Readonly<Record<string, (first: string, module: Module, evaluate: Evaluate) => Value>> = {
  var: (first, module, evaluate) =>
    remembered(`var.${first}`, module, () => variableValue(first, module, evaluate)),
  local: (first, module, evaluate) =>
    remembered(`local.${first}`, module, () => {
      const scope = { module, names: new Map(), isTemplate: false };
      const defined = module.locals.get(first) ?? [];
      if (defined.length === 0) return unknown(`local.${first}`);
      return anyOf(defined.map(({ expr }) => evaluate(expr, scope)));
    }),
  path: (first, { place, world }) => {
    if (first === "module") return text(posix.relative(`/${world.root}`, `/${place}`) || ".");
    if (first === "root") return text(".");
    if (first !== "cwd") return unknown(`path.${first}`);
    const from = posix.relative(`/${world.root}`, `/${world.startedIn}`);
    return text(from === "" ? ROOT_PATH : `${ROOT_PATH}/${from}`);
  },
  count: () => text(BELOW),
  // Policy takes no workspace of a name that climbs.
  terraform: (first) => (first === "workspace" ? text(BELOW) : unknown(`terraform.${first}`)),
  each: (first) => unknown(`each.${first}`),
  self: (first) => unknown(`self.${first}`),
};

/** Worked out once; what hangs on itself is unknown. */
function remembered(key: string, module: Module, work: () => Value): Value {
  if (module.known.has(key)) return module.known.get(key) ?? unknown(`${key}, which hangs on itself`);
  module.known.set(key, undefined);
  const value = work();
  const named: Value =
    value.kind === "unknown" && !value.why.startsWith("var.")
      ? unknown(`${key}: ${value.why}`.slice(0, 120))
      : value;
  module.known.set(key, named);
  return named;
}

function givenToRoot(name: string, module: Module, evaluate: Evaluate): Value[] {
  const scope = { module, names: new Map(), isTemplate: true };
  const set = module.world.inputs.values.get(name) ?? [];
  return set.map(({ expr }) => evaluate(expr, scope));
}

function givenByCallers(
  name: string,
  module: Module,
  evaluate: Evaluate,
): { values: Value[]; isAlways: boolean } {
  const values: Value[] = [];
  let isAlways = module.callers.length > 0;
  for (const { module: caller, label } of module.callers) {
    const blocks = caller.calls.get(label)?.blocks ?? [];
    const scope = { module: caller, names: new Map(), isTemplate: false };
    const own = blocks.reduce((above, block) => scopeOf(block, above, evaluate), scope as Scope);
    const set = blocks.flatMap(({ attributes }) => attributes.filter((one) => one.name === name));
    if (set.length === 0) isAlways = false;
    values.push(...set.map(({ expr }) => evaluate(expr, own)));
  }
  return { values, isAlways };
}

/** `module.m.out`, or `module.m[x].out` where the call is repeated: an output may be called like an instance. */
function outputOf(label: string, steps: readonly Step[], module: Module, evaluate: Evaluate): Resolved {
  const call = module.calls.get(label);
  if (call === undefined) return { value: unknown(`module.${label}`), taken: 1 };
  const isRepeated = call.blocks.some(({ attributes }) =>
    attributes.some(({ name }) => name === "for_each" || name === "count"),
  );
  const at = isRepeated ? 2 : 1;
  const output = nameOf(steps[at]);
  const modules = [...call.modules];
  if (output === null || modules.length === 0) return { value: unknown(`module.${label}`), taken: 1 };
  const values = modules.flatMap((called) =>
    (called.outputs.get(output) ?? []).flatMap(({ attributes }) =>
      attributes
        .filter(({ name }) => name === "value")
        .map(({ expr }) => evaluate(expr, { module: called, names: new Map(), isTemplate: false })),
    ),
  );
  const value = values.length === 0 ? unknown(`module.${label}.${output}`) : anyOf(values);
  return { value, taken: at + 1 };
}

/** Which attribute of which type: behind the block's name only plain numbers and splats may stand before it. */
function fromBlock(steps: readonly Step[], offset: number): Resolved {
  const type = nameOf(steps[0]);
  const name = nameOf(steps[1]);
  let at = 2;
  while (isInstance(steps[at])) at += 1;
  const step = steps[at];
  const attribute = step === undefined || step.isIndex ? null : nameOf(step);
  const what = [type, name, attribute].filter((one) => one !== null).join(".");
  if (type === null || name === null || attribute === null) return { value: unknown(what), taken: 0 };
  return { value: { kind: "from", type, attribute, before: "", after: "" }, taken: at + 1 + offset };
}

function isInstance(step: Step | undefined): boolean {
  if (step === undefined) return false;
  if (step.key === null) return true;
  return step.key.kind === "plain" || /^\d+$/.test(nameOf(step) ?? "");
}

/** `isEach`: a block is repeated for a set or an object, so a member that has no key is its own. */
function turnOf(over: Expr | undefined, isEach: boolean, scope: Scope, evaluate: Evaluate): Value {
  const value = over === undefined ? null : evaluate(over, scope);
  const members = value === null ? null : membersOf(value);
  if (value === null || members === null) return unknown("what it is repeated for");
  const isSet = isEach && value.kind === "list";
  const entries = new Map([
    ["key", anyOf(members.map((one) => (isSet ? one.value : one.key)))],
    ["value", anyOf(members.map(({ value }) => value))],
  ]);
  return { kind: "object", entries, isExact: true };
}

function iteratorOf({ attributes }: Block): string | null {
  const iterator = attributes.find(({ name }) => name === "iterator")?.expr;
  if (iterator === undefined) return null;
  return iterator.kind === "name"
    ? iterator.name
    : nameOf({ kind: "get", of: iterator, key: iterator, isIndex: false });
}

function holdsOptional(expr: Expr): boolean {
  if (expr.kind === "call") return expr.name === "optional" || expr.args.some(holdsOptional);
  if (expr.kind === "object") return expr.entries.some(([, value]) => holdsOptional(value));
  if (expr.kind === "list") return expr.items.some(holdsOptional);
  // In JSON a type is a text.
  return (
    expr.kind === "text" && expr.parts.some((part) => typeof part !== "string" || part.includes("optional"))
  );
}

function named(name: string): Step {
  const key: Expr = { kind: "text", parts: [name], isLoose: false };
  return { kind: "get", of: key, key, isIndex: false };
}

/** The name a step says plainly. */
function nameOf(step: Step | undefined): string | null {
  if (step?.key?.kind !== "text") return null;
  const [only] = step.key.parts;
  return step.key.parts.length === 1 && typeof only === "string" ? only : null;
}
