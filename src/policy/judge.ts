import type { Command } from "../change/plan.ts";
import type { Policy } from "./document.ts";
import { judgeKubectl } from "./kubectl.ts";
import { isInsideWorkspace } from "./paths.ts";
import { judgeTerraform } from "./terraform.ts";
import { deny, type Verdict } from "./verdict.ts";

/** What the rules say of one command: its risk and environment, or why it is refused. Pure: no clock, no files. */
export function judge(command: Command, policy: Policy): Verdict {
  // Only what a keyboard prints: control, bidi, zero-width and look-alike letters never reach a program.
  const odd = command.args.find((word) => word === "" || !/^[\x20-\x7e]+$/.test(word));
  if (odd !== undefined)
    return deny(`${command.tool}: the argument ${JSON.stringify(odd)} is empty or has odd characters`);
  if (command.dir !== "" && !isInsideWorkspace(command.dir)) {
    return deny(`${command.tool}: "${command.dir}" is not a directory inside the workspace`);
  }
  return command.tool === "kubectl" ? judgeKubectl(command, policy) : judgeTerraform(command, policy);
}
