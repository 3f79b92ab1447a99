import { posix } from "node:path";
import type { Policy } from "#policy/document.ts";
import { type Files, whyLeftOut } from "#policy/files.ts";
import type { Read } from "#policy/verdict.ts";
import { addressFault } from "./flags.ts";
import type { TerraformLine } from "./line.ts";
import { isListedPlace, isWithin, placeOf } from "./places.ts";

type Paths = { ok: true; reads: Read[] } | { ok: false; reason: string };
type RootContext = { directory: string; policy: Policy; files: Files };

/** A plan's name: no ending of a file terraform or kubectl reads, so that a plan never overwrites one and `show` never prints a state. */
const PLAN_NAME = /^[\w-]+$|^[\w-][\w.-]*\.(tfplan|plan|out|bin|binary)$/;

/** Looks at every path and address of a line: what it reads beside its root, or which of them is refused. */
export function inspectPaths(line: TerraformLine, context: RootContext): Paths {
  const reads: Read[] = [];
  const looks: [
    words: readonly string[],
    inspect: (word: string, context: RootContext) => Read | null | string,
  ][] = [
    [line.flags.get("-var-file") ?? [], inspectVariables],
    [line.flags.get("-out") ?? [], inspectOut],
    [line.flags.get("-plan") ?? [], inspectPlan],
    [operandsOf(line, "plan"), inspectPlan],
    [operandsOf(line, "path"), inspectPlace],
    [line.flags.get("-test-directory") ?? [], inspectPlace],
  ];
  for (const [words, inspect] of looks) {
    for (const word of words) {
      const found = inspect(word, context);
      if (typeof found === "string") return { ok: false, reason: found };
      if (found !== null) reads.push(found);
    }
  }
  const odd = oddOperand(line);
  return odd === null ? { ok: true, reads } : { ok: false, reason: odd };
}

function inspectVariables(file: string, context: RootContext): Read | string {
  const place = placeIn(context, file);
  if (place === null) return `-var-file=${file} is not a file the policy lets it read in the workspace`;
  // Parts of a file that cannot be parsed are printed, so only what is meant to hold variables is opened.
  if (!/\.tfvars(\.json)?$/.test(place)) return `-var-file=${file} is not a .tfvars or .tfvars.json file`;
  if (context.files !== null && !context.files.has(place)) {
    return whyLeftOut(context.files, place) ?? `-var-file=${file} is not there`;
  }
  return { path: place, kind: "file" };
}

function inspectOut(out: string, context: RootContext): null | string {
  const place = planIn(context, out);
  if (place === null)
    return `-out=${out} is not a plan's name in the workspace, such as tfplan or prod.tfplan`;
  return context.files?.has(place) ? `-out=${out} would overwrite a file of the workspace` : null;
}

function inspectPlan(file: string, context: RootContext): Read | null | string {
  const place = planIn(context, file);
  if (place === null) return `${file} is not a plan's name in the workspace, such as tfplan or prod.tfplan`;
  // A plan is a zip archive. What begins like JSON is a state, and showing that shows secrets.
  if (context.files?.get(place)?.trimStart().startsWith("{")) return `${file} is a state and no saved plan`;
  return isWithin(context.directory, place) ? null : { path: place, kind: "file" };
}

function inspectPlace(path: string, context: RootContext): Read | string {
  const place = placeIn(context, path);
  if (place === null) return `${path} is not a place the policy lets it read in the workspace`;
  return { path: place, kind: /\.(tf|tfvars|hcl)$/.test(place) ? "file" : "tree" };
}

function placeIn(context: RootContext, path: string): string | null {
  const place = placeOf(context.directory, path);
  return place !== null && isListedPlace(context.policy, place) ? place : null;
}

function planIn(context: RootContext, path: string): string | null {
  const place = placeIn(context, path);
  if (place === null || path.endsWith("/") || !PLAN_NAME.test(posix.basename(place))) return null;
  return place.split("/").some((part) => part.startsWith(".")) ? null : place;
}

function oddOperand(line: TerraformLine): string | null {
  const [least, most, kind] = line.rule.operands ?? [0, 0, "plain"];
  const count = line.operands.length;
  if (count > most) return `${line.operands[most]} is one word too many`;
  if (count < least) return `it needs ${least === 1 ? "one word" : `${least} words`} behind its flags`;
  if (kind === "name") {
    // A workspace called `..` would lead every path out that holds terraform.workspace.
    const odd = line.operands.find(
      (word) => !/^[\w./@-]{1,255}$/.test(word) || /(^|\/)\.{1,2}(\/|$)/.test(word),
    );
    return odd === undefined ? null : `"${odd}" is not a plain name`;
  }
  if (kind !== "address" && line.verb !== "import") return null;
  const addresses = line.verb === "import" ? line.operands.slice(0, 1) : line.operands;
  return addresses.map(addressFault).find((fault) => fault !== null) ?? null;
}

function operandsOf(line: TerraformLine, kind: "plan" | "path"): readonly string[] {
  return line.rule.operands?.[2] === kind ? line.operands : [];
}
