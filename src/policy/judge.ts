import type { Command } from "../change/plan.ts";
import type { Policy } from "./document.ts";
import type { Files } from "./files.ts";
import { judgeKubectl } from "./kubectl.ts";
import { isInsideWorkspace } from "./paths.ts";
import { judgeTerraform } from "./terraform.ts";
import { deny, type Verdict } from "./verdict.ts";

/**
 * What the rules say of one command: its risk, environment and what it reads, or why it is refused. Pure: no clock, no
 * disk. With `files` the content of what it reads counts too, and a file that is not among them is refused.
 */
export function judge(command: Command, policy: Policy, files: Files): Verdict {
  // Only what a keyboard prints: control, bidi, zero-width and look-alike letters never reach a program.
  const odd = command.args.find((word) => word === "" || !/^[\x20-\x7e]+$/.test(word));
  if (odd !== undefined)
    return deny(`${command.tool}: the argument ${JSON.stringify(odd)} is empty or has odd characters`);
  if (command.dir !== "" && !isInsideWorkspace(command.dir)) {
    return deny(`${command.tool}: "${command.dir}" is not a directory inside the workspace`);
  }
  return command.tool === "kubectl"
    ? judgeKubectl(command, policy, files)
    : judgeTerraform(command, policy, files);
}
