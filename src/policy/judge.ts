import { argvOf, type Command } from "#change/plan.ts";
import { judgeKubectl } from "#policy/kubectl/kubectl.ts";
import { whyReserved } from "#policy/kubectl/made.ts";
import { packagePlaceOf } from "#policy/terraform/module-source.ts";
import { judgeTerraform } from "#policy/terraform/terraform.ts";
import type { Policy } from "./document.ts";
import type { Files } from "./files.ts";
import { fromRoot } from "./paths.ts";
import { deny, type Verdict } from "./verdict.ts";

/**
 * What the rules say of one command: its risk, environment and what it reads, or why it is refused. Pure: no clock, no
 * disk. With `files` the content of what it reads counts too, and a file that is not among them is refused.
 */
export function judge(command: Command, policy: Policy, files: Files): Verdict {
  const { tool, args, dir } = command;
  const most = policy.limits;
  if (args.length > most.args || args.some((word) => word.length > most.arg_chars)) {
    return deny(`${tool}: more than ${most.args} arguments, or one longer than ${most.arg_chars} characters`);
  }
  // Only what a keyboard prints: control, bidi, zero-width and look-alike letters never reach a program.
  const odd = argvOf(command).find((word) => word === "" || !/^[\x20-\x7e]+$/.test(word));
  if (odd !== undefined) return deny(`${tool}: the argument ${escaped(odd)} is empty or has odd characters`);
  const reserved = whyReserved(command);
  if (reserved !== null) return deny(reserved);
  const place = dir === "" ? "" : fromRoot("", dir);
  if (place === null) return deny(`${tool}: "${dir}" is not a directory inside the workspace`);
  const verdict =
    tool === "kubectl" ? judgeKubectl(command, policy, files) : judgeTerraform(command, policy, files);
  return verdict.decision === "deny" ? verdict : withinDirectories(verdict, place, policy);
}

/** In ASCII: a reason is read at a terminal too, which would obey a bidi or control character in it. */
function escaped(word: string): string {
  const shown = JSON.stringify(word.slice(0, 200));
  return shown.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The policy may name the only directories that commands run in and read. */
function withinDirectories(
  verdict: Extract<Verdict, { decision: "allow" }>,
  dir: string,
  policy: Policy,
): Verdict {
  if (policy.directories.length === 0) return verdict;
  const allowed = policy.directories.map((known) => fromRoot("", known) ?? known);
  const isAllowed = (path: string) =>
    packagePlaceOf(path) !== null ||
    allowed.some((known) => known === "" || `${path}/`.startsWith(`${known}/`));
  const outside = [...(dir === "" ? [] : [dir]), ...verdict.reads.map(({ path }) => path)].find(
    (path) => !isAllowed(path),
  );
  return outside === undefined ? verdict : deny(`the policy lists no directory that holds "${outside}"`);
}
