import { posix } from "node:path";
import { filesIn, type KnownFiles } from "#policy/files.ts";
import { evaluate } from "#policy/terraform/values/evaluate.ts";
import { type Expr, readTemplateText } from "#policy/terraform/values/expressions.ts";
import { functionName, placeOfText } from "#policy/terraform/values/functions.ts";
import { isKnownFunction, isPlainProviderFunction } from "#policy/terraform/values/known-functions.ts";
import type { Scope } from "#policy/terraform/values/scope.ts";
import { BELOW, ROOT_PATH, unknown, type Value } from "#policy/terraform/values/values.ts";
import type { Read } from "#policy/verdict.ts";
import type { Block } from "./blocks.ts";
import { UnclearError } from "./tokens.ts";
import { type Call, walkBlock, walkExpression } from "./walk.ts";

/** What somebody finds who looks: what is wrong, in words, and which files are read. */
export type Notes = { findings: string[]; reads: Read[] };

/** Functions whose first argument is the path of a file. */
const FILE_FUNCTIONS: ReadonlySet<string> = new Set([
  ...["file", "filebase64", "fileexists", "filemd5", "filesha1", "filesha256", "filesha512"],
  ...["filebase64sha256", "filebase64sha512", "templatefile", "fileset"],
]);
/** Files that hold values or a state: whoever prints one shows what nobody meant to show. */
const VALUES = /^\.env(\..*)?$|\.tfvars(\.json)?$|\.tfstate(\..*)?$/i;
/** What reading a template costs, beside what can be worked out. */
const CHARS_A_STEP = 4;
/** Templates within templates. */
const MAX_DEPTH = 4;

/** Looks at every call in a block: each file must lie in the workspace and be known by name, each template is read as well. */
export function inspectCalls(block: Block, scope: Scope, notes: Notes): void {
  walkBlock(block, scope, (call, at) => inspectCall(call, at, notes, 0));
}

/** Looks at a text that a provider or a function reads as a template; `what` names the place for people. */
export function inspectTemplate(what: string, value: Value, scope: Scope, notes: Notes, depth = 0): void {
  if (value.kind === "texts" && depth < MAX_DEPTH) {
    for (const text of value.texts) readTemplate(what, text, scope, notes, depth);
  } else notes.findings.push(`${what}, whose template ${notPlain(value)}`);
}

/** Where texts lead that name files; notes what leaves the workspace, holds values, or cannot be told. */
export function inspectPath(
  what: (path: string) => string,
  value: Value,
  scope: Scope,
  notes: Notes,
): string[] {
  const { root } = scope.module.world;
  if (value.kind === "any") return value.options.flatMap((one) => inspectPath(what, one, scope, notes));
  if (value.kind !== "texts") {
    notes.findings.push(`${what("…")}, whose path ${notPlain(value)}`);
    return [];
  }
  return value.texts.flatMap((text) => {
    const place = placeOfText(text, root);
    const shown = what(JSON.stringify(shownText(text)));
    if (place === null) notes.findings.push(`${shown}, which reads outside of the workspace`);
    else if (VALUES.test(posix.basename(place)))
      notes.findings.push(`${shown}, which reads a file of values or a state`);
    else return [place];
    return [];
  });
}

/** Why a value is not as it must be, in words behind its name. */
export function notPlain(value: Value): string {
  if (value.kind === "unknown")
    return `is not known before terraform runs, because of ${value.why} (write a plain text there)`;
  if (value.kind === "from")
    return `is not known before terraform runs, because of ${value.type}.*.${value.attribute} (write a plain text there)`;
  return "is no plain text";
}

/** A text without what only stands for something. */
export function shownText(text: string): string {
  return text.replaceAll(BELOW, "…").replaceAll(ROOT_PATH, "").slice(0, 200);
}

function inspectCall(call: Call, scope: Scope, notes: Notes, depth: number): void {
  const name = functionName(call.name);
  const line = call.line === null ? "" : ` (line ${call.line})`;
  const own: Notes = { findings: [], reads: notes.reads };
  if (FILE_FUNCTIONS.has(name)) inspectFileCall(name, call, scope, own, depth);
  else if (name === "templatestring") {
    const template = call.args[0];
    const value =
      template === undefined || call.isSpread ? unknown("its arguments") : evaluate(template, scope);
    inspectTemplate("templatestring(…)", value, templateScope(call.args[1], scope), own, depth);
  } else if (!isKnownFunction(name) && !isPlainProviderFunction(name)) {
    own.findings.push(`${call.name}(…), a function that may read or run anything`);
  }
  notes.findings.push(...own.findings.map((finding) => `${finding}${line}`));
}

function inspectFileCall(name: string, call: Call, scope: Scope, notes: Notes, depth: number): void {
  const [path, second] = call.args;
  const value = path === undefined || call.isSpread ? unknown("its arguments") : evaluate(path, scope);
  const places = inspectPath((text) => `${name}(${text})`, value, scope, notes);
  for (const place of places) notes.reads.push(readOf(place, name === "fileset"));
  if (name === "fileset")
    inspectPattern(second === undefined ? unknown("its arguments") : evaluate(second, scope), notes);
  if (name === "templatefile") {
    for (const place of places) inspectTemplateFile(place, templateScope(second, scope), notes, depth);
  }
}

function inspectPattern(value: Value, notes: Notes): void {
  if (value.kind !== "texts") notes.findings.push(`fileset(…), whose pattern ${notPlain(value)}`);
  else if (value.texts.some((text) => /^[/~]|(^|\/)\.\.(\/|$)|[\\{]/.test(text)))
    notes.findings.push("fileset(…), whose pattern leads out of its directory");
}

/** A name that is only partly known is read as the directory all of its files lie in. */
function readOf(place: string, isTree: boolean): Read {
  const at = place.indexOf(BELOW);
  if (at < 0) return { path: place, kind: isTree ? "tree" : "file" };
  return { path: place.slice(0, Math.max(0, place.lastIndexOf("/", at))), kind: "tree" };
}

function inspectTemplateFile(place: string, scope: Scope, notes: Notes, depth: number): void {
  const { files } = scope.module.world;
  const fitting = place.includes(BELOW) ? placesLike(place, files) : files.has(place) ? [place] : [];
  const what = `templatefile(${JSON.stringify(shownText(place))})`;
  if (fitting.length === 0) notes.findings.push(`${what}, which is not in the workspace`);
  for (const path of fitting) {
    if (depth < MAX_DEPTH) readTemplate(`the template ${path}`, files.get(path) ?? "", scope, notes, depth);
    else notes.findings.push(`${what}, templates within templates without end`);
  }
}

function placesLike(place: string, files: KnownFiles): string[] {
  const start = place.slice(0, place.indexOf(BELOW));
  const end = place.slice(place.lastIndexOf(BELOW) + 1);
  const directory = start.slice(0, Math.max(0, start.lastIndexOf("/")));
  return filesIn(files, directory, "tree").filter((path) => path.startsWith(start) && path.endsWith(end));
}

function readTemplate(what: string, text: string, scope: Scope, notes: Notes, depth: number): void {
  const { world } = scope.module;
  // Most texts hold no code at all.
  if (world.harmless.has(text) || !/[$%]\{/.test(text)) return;
  world.left -= text.length / CHARS_A_STEP;
  if (world.left < 0) {
    notes.findings.push(`${what}, and more templates than can be looked at`);
    return;
  }
  try {
    const own: Notes = { findings: [], reads: notes.reads };
    let calls = 0;
    walkExpression(readTemplateText(text), scope, (call, at) => {
      calls += 1;
      inspectCall(call, at, own, depth + 1);
    });
    if (calls === 0) world.harmless.add(text);
    notes.findings.push(...own.findings.map((finding) => `${what} with ${finding}`));
  } catch (error) {
    if (!(error instanceof UnclearError)) throw error;
    notes.findings.push(`${what}, which is not clear enough to judge: ${error.message}`);
  }
}

/** In a template only what it is given has a name. */
function templateScope(given: Expr | undefined, scope: Scope): Scope {
  const value = given === undefined ? unknown("nothing") : evaluate(given, scope);
  const entries = value.kind === "object" ? [...value.entries] : [];
  return {
    module: scope.module,
    names: new Map(entries.map(([name, one]) => [name, () => one])),
    isTemplate: true,
  };
}
