import { type Attribute, type Block, blocksOf, jsonBlocksOf } from "#policy/terraform/blocks.ts";
import { placeOf } from "#policy/terraform/places.ts";
import { UnclearError } from "#policy/terraform/tokens.ts";
import type { Expr } from "#policy/terraform/values/expressions.ts";

/** A variable of a module. `value` null: it has no default, or none that is plain; of a sensitive one it is never given. */
export type Variable = { name: string; type: string; value: string | null; isSensitive: boolean };

/** What one file of a module says to whoever plans: its variables, and the directories it calls as modules. */
export type ModulePart = { variables: Variable[]; calls: string[] };

/** Reads it of a .tf or .tf.json file in `directory`; null where the file could be read in two ways. */
export function readModulePart(path: string, directory: string, text: string): ModulePart | null {
  try {
    const blocks = path.endsWith(".json") ? jsonBlocksOf(text) : blocksOf(text);
    return {
      variables: blocks.filter(({ type }) => type === "variable").map(variableOf),
      calls: blocks.filter(({ type }) => type === "module").flatMap((call) => calledBy(call, directory)),
    };
  } catch (error) {
    if (!(error instanceof UnclearError)) throw error;
    return null;
  }
}

function variableOf(block: Block): Variable {
  const [name = ""] = block.labels;
  const named = (wanted: string): Attribute | undefined =>
    block.attributes.find((attribute) => attribute.name === wanted);
  const [type, value] = [named("type"), named("default")];
  const isSensitive = [named("sensitive"), named("ephemeral")].some(
    (mark) => mark !== undefined && !(mark.expr.kind === "plain" && mark.expr.text === "false"),
  );
  return {
    name,
    type: (type === undefined ? null : plainText(type.expr)) ?? "any",
    value: isSensitive || value === undefined ? null : plainText(value.expr),
    isSensitive,
  };
}

function calledBy(call: Block, directory: string): string[] {
  const source = call.values.get("source");
  if (typeof source !== "string" || !/^\.\.?(\/|$)/.test(source)) return [];
  const place = placeOf(directory, source);
  return place === null ? [] : [place];
}

/** An expression that computes nothing, as it is written; null: it computes something. */
function plainText(expr: Expr): string | null {
  switch (expr.kind) {
    case "plain":
      return expr.text;
    case "name":
      return expr.name;
    case "text":
      return expr.parts.every((part) => typeof part === "string")
        ? JSON.stringify(expr.parts.join(""))
        : null;
    case "list":
      return listText(expr.items, "[", "]");
    case "call":
      return listText(expr.args, `${expr.name}(`, ")");
    case "object":
      return objectText(expr.entries);
    default:
      return null;
  }
}

function listText(items: readonly Expr[], open: string, close: string): string | null {
  const texts = items.map(plainText);
  return texts.includes(null) ? null : `${open}${texts.join(", ")}${close}`;
}

function objectText(entries: readonly (readonly [Expr, Expr])[]): string | null {
  const texts = entries.map(([key, value]) => [plainText(key), plainText(value)]);
  return texts.flat().includes(null) ? null : `{${texts.map((pair) => pair.join(" = ")).join(", ")}}`;
}
