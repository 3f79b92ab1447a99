import { bindLoop, evaluate } from "#policy/terraform/values/evaluate.ts";
import type { Expr } from "#policy/terraform/values/expressions.ts";
import { scopeOf } from "#policy/terraform/values/resolve.ts";
import { type Scope, withNames } from "#policy/terraform/values/scope.ts";
import { unknown } from "#policy/terraform/values/values.ts";
import type { Block } from "./blocks.ts";

/** A function that is called somewhere. */
export type Call = Extract<Expr, { kind: "call" }>;
type Visit = (call: Call, scope: Scope) => void;

/** Comes by every call in a block, at any depth, with the names that hold where it stands. */
export function walkBlock(block: Block, above: Scope, visit: Visit): void {
  const scope = innerScope(block, above);
  for (const { expr } of block.attributes) walkExpression(expr, scope, visit);
  // From JSON everything in a block is among its attributes.
  if (block.line !== null) for (const inner of block.blocks) walkBlock(inner, scope, visit);
}

/** The names that hold in a block. What dynamic blocks bind somewhere in JSON is not told apart from what stands beside them. */
export function innerScope(block: Block, above: Scope): Scope {
  const scope = scopeOf(block, above, evaluate);
  if (block.line !== null) return scope;
  return withNames(
    scope,
    dynamicNames(block).map((name) => [name, () => unknown(name)] as const),
  );
}

/** Comes by every call in an expression. */
export function walkExpression(expr: Expr, scope: Scope, visit: Visit): void {
  switch (expr.kind) {
    case "text":
      walkText(expr, scope, visit);
      break;
    case "get":
      walkExpression(expr.of, scope, visit);
      if (expr.key !== null) walkExpression(expr.key, scope, visit);
      break;
    case "call":
      visit(expr, scope);
      for (const arg of expr.args) walkExpression(arg, scope, visit);
      break;
    case "for": {
      walkExpression(expr.over, scope, visit);
      const inner = bindLoop(expr.names, expr.over, scope);
      for (const part of expr.body) walkExpression(part, inner, visit);
      break;
    }
    default:
      for (const part of partsOf(expr)) walkExpression(part, scope, visit);
  }
}

function walkText({ parts }: Extract<Expr, { kind: "text" }>, above: Scope, visit: Visit): void {
  let scope = above;
  for (const part of parts) {
    if (typeof part === "string") continue;
    walkExpression(part.expr, scope, visit);
    // What a loop binds holds to its end; to the text's end it hides no more than it should.
    if (part.names.length > 0) scope = bindLoop(part.names, part.expr, scope);
  }
}

function partsOf(expr: Expr): readonly Expr[] {
  if (expr.kind === "list") return expr.items;
  if (expr.kind === "mixed") return expr.parts;
  if (expr.kind === "object") return expr.entries.flat();
  return expr.kind === "choice" ? [expr.condition, ...expr.options] : [];
}

function dynamicNames(block: Block): string[] {
  return block.blocks.flatMap((inner) => [
    ...(inner.type === "dynamic" ? [inner.labels[0] ?? "", inner.values.get("iterator") ?? ""] : []),
    ...dynamicNames(inner),
  ]);
}
