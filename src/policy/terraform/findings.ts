import { evaluate } from "#policy/terraform/values/evaluate.ts";
import { placeOfText } from "#policy/terraform/values/functions.ts";
import type { Scope } from "#policy/terraform/values/scope.ts";
import { BELOW, type Value } from "#policy/terraform/values/values.ts";
import type { Read } from "#policy/verdict.ts";
import { isKnownBackend } from "./argument-kinds.ts";
import { inspectArguments } from "./arguments.ts";
import type { Block } from "./blocks.ts";
import { inspectData, inspectResource, lineOf, nameOf } from "./data.ts";
import { inspectCalls, type Notes } from "./file-calls.ts";

/** What one block brings: what of it would run code or reach out, and what it reads by name. */
export type Inspected = { findings: string[]; reads: Read[] };

/** The top-level blocks of terraform 1.11, and of its test files. Another one may be anything. */
const KNOWN: ReadonlySet<string> = new Set([
  ...["check", "data", "ephemeral", "import", "locals", "module", "moved", "output", "provider"],
  ...["removed", "resource", "terraform", "variable"],
  ...["mock_provider", "override_data", "override_module", "override_resource", "run", "test", "variables"],
]);

/** Looks at one top-level block for what terraform would run, read or reach while it only plans. `file`: for people. */
export function inspectBlock(block: Block, file: string, scope: Scope): Inspected {
  const notes: Notes = { findings: [], reads: [] };
  const { findings } = notes;
  if (!KNOWN.has(block.type))
    findings.push(`a block ${block.type}, which terraform 1.11 does not have${lineOf(block)}`);
  if (hasProvisioner(block))
    findings.push(`a provisioner in ${nameOf(block)}, which runs commands${lineOf(block)}`);
  if (Object.hasOwn(LOOKS, block.type)) LOOKS[block.type]?.(block, scope, notes);
  inspectCalls(block, scope, notes);
  const distinct = [...new Set(findings)];
  return { findings: distinct.map((finding) => `${file} has ${finding}`), reads: notes.reads };
}

/** What to look at, by the block's type (one of `KNOWN`). */
const LOOKS: Readonly<Record<string, (block: Block, scope: Scope, notes: Notes) => void>> = {
  data: inspectData,
  ephemeral: inspectData,
  check: (block, scope, notes) => {
    for (const inner of block.blocks) if (inner.type === "data") inspectData(inner, scope, notes);
  },
  provider: (block, scope, notes) => {
    const owners = scope.module.sources.get(block.labels[0] ?? "") ?? [`hashicorp/${block.labels[0]}`];
    for (const owner of owners) {
      notes.findings.push(...inspectArguments(block, { owner: owner ?? "", name: nameOf(block) }, scope));
    }
  },
  resource: inspectResource,
  terraform: inspectTerraform,
};

/** All blocks in a block, at any depth. */
function* within(block: Block): Generator<Block> {
  for (const inner of block.blocks) {
    yield inner;
    yield* within(inner);
  }
}

function hasProvisioner(block: Block): boolean {
  if (block.type === "resource" && block.values.has("provisioner")) return true;
  for (const inner of within(block)) {
    if (inner.type === "provisioner") return true;
    if (inner.type === "dynamic" && inner.labels[0] === "provisioner") return true;
  }
  return false;
}

function inspectTerraform(block: Block, scope: Scope, { findings }: Notes): void {
  for (const inner of block.blocks) {
    const [type = ""] = inner.labels;
    // The directory would be uploaded and run there: neither the saved plan nor the snapshot binds what happens then.
    if (inner.type === "cloud" || (inner.type === "backend" && type === "remote")) {
      findings.push(`${nameOf(inner)}, with which plans and applies run elsewhere${lineOf(inner)}`);
    }
    if (inner.type !== "backend") continue;
    if (!isKnownBackend(type)) findings.push(`${nameOf(inner)}, which asks any address${lineOf(inner)}`);
    else if (type === "local") inspectLocal(inner, scope, findings);
    else findings.push(...inspectArguments(inner, { owner: `backend ${type}`, name: nameOf(inner) }, scope));
  }
}

function inspectLocal(block: Block, scope: Scope, findings: string[]): void {
  for (const { expr } of block.attributes) {
    if (!isPlace(evaluate(expr, scope), scope))
      findings.push(`${nameOf(block)}, which keeps the state outside of the workspace${lineOf(block)}`);
  }
}

function isPlace(value: Value, scope: Scope): boolean {
  const { root } = scope.module.world;
  return (
    value.kind === "texts" &&
    value.texts.every((text) => !text.includes(BELOW) && placeOfText(text, root) !== null)
  );
}
