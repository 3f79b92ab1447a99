import { argvOf, type Command } from "../change/plan.ts";
import type { Policy } from "./document.ts";
import type { Files } from "./files.ts";
import { judgeKubectl } from "./kubectl.ts";
import { fromRoot } from "./paths.ts";
import { judgeTerraform } from "./terraform.ts";
import { deny, type Verdict } from "./verdict.ts";

const MAX_ARGS = 64;
const MAX_ARG_LENGTH = 4_096;

/**
 * What the rules say of one command: its risk, environment and what it reads, or why it is refused. Pure: no clock, no
 * disk. With `files` the content of what it reads counts too, and a file that is not among them is refused.
 */
export function judge(command: Command, policy: Policy, files: Files): Verdict {
  const { tool, args, dir } = command;
  if (args.length > MAX_ARGS || args.some((word) => word.length > MAX_ARG_LENGTH)) {
    return deny(`${tool}: more than ${MAX_ARGS} arguments, or one longer than ${MAX_ARG_LENGTH} characters`);
  }
  // Only what a keyboard prints: control, bidi, zero-width and look-alike letters never reach a program.
  const odd = argvOf(command).find((word) => word === "" || !/^[\x20-\x7e]+$/.test(word));
  if (odd !== undefined)
    return deny(`${tool}: the argument ${JSON.stringify(odd)} is empty or has odd characters`);
  const place = dir === "" ? "" : fromRoot("", dir);
  if (place === null) return deny(`${tool}: "${dir}" is not a directory inside the workspace`);
  const verdict =
    tool === "kubectl" ? judgeKubectl(command, policy, files) : judgeTerraform(command, policy, files);
  return verdict.decision === "deny" ? verdict : withinDirectories(verdict, place, policy);
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
    allowed.some((known) => known === "" || `${path}/`.startsWith(`${known}/`));
  const outside = [...(dir === "" ? [] : [dir]), ...verdict.reads.map(({ path }) => path)].find(
    (path) => !isAllowed(path),
  );
  return outside === undefined ? verdict : deny(`the policy lists no directory that holds "${outside}"`);
}
