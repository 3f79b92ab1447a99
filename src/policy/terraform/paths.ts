import { posix } from "node:path";
import type { Policy } from "#policy/document.ts";
import { type Files, whyLeftOut } from "#policy/files.ts";
import type { Read } from "#policy/verdict.ts";
import { addressFault } from "./flags.ts";
import type { TerraformLine } from "./line.ts";
import { isListedPlace, isWithin, placeOf } from "./places.ts";

type Paths = { ok: true; reads: Read[] } | { ok: false; reason: string };
type Ground = { directory: string; policy: Policy; files: Files };

/** A plan's name: no ending of a file terraform or kubectl reads, so that a plan never overwrites one and `show` never prints a state. */
const PLAN_NAME = /^[\w-]+$|^[\w-][\w.-]*\.(tfplan|plan|out|bin|binary)$/;

/** Looks at every path and address of a line: what it reads beside its root, or which of them is refused. */
export function lookAtPaths(line: TerraformLine, ground: Ground): Paths {
  const reads: Read[] = [];
  const looks: [words: readonly string[], look: (word: string, ground: Ground) => Read | null | string][] = [
    [line.flags.get("-var-file") ?? [], lookAtVariables],
    [line.flags.get("-out") ?? [], lookAtOut],
    [line.flags.get("-plan") ?? [], lookAtPlan],
    [operandsOf(line, "plan"), lookAtPlan],
    [operandsOf(line, "path"), lookAtPlace],
    [line.flags.get("-test-directory") ?? [], lookAtPlace],
  ];
  for (const [words, look] of looks) {
    for (const word of words) {
      const looked = look(word, ground);
      if (typeof looked === "string") return { ok: false, reason: looked };
      if (looked !== null) reads.push(looked);
    }
  }
  const odd = oddOperand(line);
  return odd === null ? { ok: true, reads } : { ok: false, reason: odd };
}

function lookAtVariables(file: string, ground: Ground): Read | string {
  const place = placeIn(ground, file);
  if (place === null) return `-var-file=${file} is not a file the policy lets it read in the workspace`;
  // Parts of a file that cannot be parsed are printed, so only what is meant to hold variables is opened.
  if (!/\.tfvars(\.json)?$/.test(place)) return `-var-file=${file} is not a .tfvars or .tfvars.json file`;
  if (ground.files !== null && !ground.files.has(place)) {
    return whyLeftOut(ground.files, place) ?? `-var-file=${file} is not there`;
  }
  return { path: place, kind: "file" };
}

function lookAtOut(out: string, ground: Ground): null | string {
  const place = planIn(ground, out);
  if (place === null)
    return `-out=${out} is not a plan's name in the workspace, such as tfplan or prod.tfplan`;
  return ground.files?.has(place) ? `-out=${out} would overwrite a file of the workspace` : null;
}

function lookAtPlan(file: string, ground: Ground): Read | null | string {
  const place = planIn(ground, file);
  if (place === null) return `${file} is not a plan's name in the workspace, such as tfplan or prod.tfplan`;
  // A plan is a zip archive. What begins like JSON is a state, and showing that shows secrets.
  if (ground.files?.get(place)?.trimStart().startsWith("{")) return `${file} is a state and no saved plan`;
  return isWithin(ground.directory, place) ? null : { path: place, kind: "file" };
}

function lookAtPlace(path: string, ground: Ground): Read | string {
  const place = placeIn(ground, path);
  if (place === null) return `${path} is not a place the policy lets it read in the workspace`;
  return { path: place, kind: /\.(tf|tfvars|hcl)$/.test(place) ? "file" : "tree" };
}

function placeIn(ground: Ground, path: string): string | null {
  const place = placeOf(ground.directory, path);
  return place !== null && isListedPlace(ground.policy, place) ? place : null;
}

function planIn(ground: Ground, path: string): string | null {
  const place = placeIn(ground, path);
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
