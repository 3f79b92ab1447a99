import { argvOf, type Command } from "#change/plan.ts";
import type { Policy } from "#policy/document.ts";
import { type Finding, high } from "#policy/finding.ts";
import { deny, type Verdict } from "#policy/verdict.ts";
import { environmentsOf } from "./environments.ts";
import { judgeLocal } from "./kubectl.ts";
import { flagOf, type KubectlLine, readKubectl } from "./line.ts";

/** What only Greenlight puts into a copy, for a rollback that it made itself. */
const RESERVED = /greenlight-rollback-/i;
const MADE_FILE = /^greenlight-rollback-[1-9][0-9]{0,2}-[1-9][0-9]{0,3}\.json$/;

/** The name of the file with the rollback of one object of a step. */
export function madeFileName(step: number, object: number): string {
  return `greenlight-rollback-${step}-${object}.json`;
}

/** Whether a file has the name of one that such a rollback reads. */
export function isMadeFileName(name: string): boolean {
  return MADE_FILE.test(name);
}

/** The file that a rollback which Greenlight made reads; null for one that reads none. */
export function madeFileOf({ args }: Command): string | null {
  const read = readKubectl(args);
  if (!read.ok) return null;
  return flagOf(read.line, "--patch-file") ?? flagOf(read.line, "--filename");
}

/** Why a command that Greenlight did not make must not run: it names a file that only Greenlight makes. Null: it names none. */
export function whyReserved(command: Command): string | null {
  const named = [...command.args, command.dir].find((word) => RESERVED.test(word));
  if (named === undefined) return null;
  return `${command.tool}: greenlight-rollback-… is the name of files that only Greenlight makes, for rollbacks of its own`;
}

/**
 * What the rules say of a rollback that Greenlight made from what its preview saw, by verb, kind, namespace and environment.
 * Whether it is one the caller has to know from what was approved (`bindings.made`); its words alone make nothing so. What it
 * puts back stood there before, so its content adds no risk, and a `delete` takes only what the step itself made.
 */
export function judgeMade(command: Command, policy: Policy): Verdict {
  const read = command.tool === "kubectl" ? readKubectl(command.args) : null;
  if (read === null) return deny("a rollback that Greenlight makes is kubectl");
  if (!read.ok) return deny(read.reason);
  const { line } = read;
  if (
    command.dir !== "" ||
    !isMadeForm(line) ||
    !argvOf(command).every((word) => /^[\x20-\x7e]+$/.test(word))
  )
    return deny(`kubectl ${line.verb}: it has not the form of a rollback that Greenlight makes`);
  const head = `kubectl ${line.verb}: `;
  const touched = environmentsOf(line, [], false, policy);
  if (touched.contradiction !== null) return deny(head + touched.contradiction);
  const local = judgeLocal(line.verb, touched, policy);
  const no = local.filter(({ risk }) => risk === "refused");
  if (no.length > 0) return { decision: "deny", reasons: no.map(({ reason }) => reason) };
  const own = line.verb === "delete" ? [] : [...guarded(touched.protectedNamespace), ...local];
  const risk = own.some((finding) => finding.risk === "high") ? "high" : "low";
  return {
    decision: "allow",
    risk,
    reasons: own.filter((finding) => finding.risk === risk).map(({ reason }) => head + reason),
    environment: touched.environment,
    ...(touched.beside.length > 0 ? { beside: touched.beside } : {}),
    reads: [],
  };
}

function guarded(namespace: string | null): Finding[] {
  return namespace === null ? [] : [high(`${namespace} is a protected namespace`)];
}

const PLACE = ["--context", "--namespace"];

/** One object that is named, in a context that is named, and no other word that could make it mean more. */
function isMadeForm(line: KubectlLine): boolean {
  const { verb, resources, operands, flags, context } = line;
  const [only, another] = resources;
  const isOne = another === undefined && only !== undefined && only.name !== null;
  const has = (...names: string[]) => [...flags.keys()].every((name) => [...PLACE, ...names].includes(name));
  if (context === null || operands.length > 0) return false;
  if (verb === "delete") return isOne && has("--wait");
  if (verb === "patch")
    return (
      isOne &&
      has("--type", "--patch-file") &&
      flagOf(line, "--type") === "json" &&
      isFile(line, "--patch-file")
    );
  return verb === "create" && resources.length === 0 && has("--filename") && isFile(line, "--filename");
}

function isFile(line: KubectlLine, name: string): boolean {
  const values = line.flags.get(name) ?? [];
  return values.length === 1 && isMadeFileName(values[0] ?? "");
}
