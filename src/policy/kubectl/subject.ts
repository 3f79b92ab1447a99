import type { Policy } from "#policy/document.ts";
import type { Files } from "#policy/files.ts";
import type { Finding } from "#policy/finding.ts";
import type { Inputs } from "./inputs.ts";
import type { KubectlLine } from "./line.ts";

/** One command with all that is known of it while it is judged. `kinds`: of its targets, those in its manifests included. */
export type Subject = {
  line: KubectlLine;
  inputs: Inputs;
  kinds: readonly string[];
  dir: string;
  files: Files;
  policy: Policy;
};

/**
 * What one verb has to say beside its rule. `instead`: these stand in place of the rule's own risk and of what it says of
 * kinds; only for what changes nothing, or whose risk is wholly in the files.
 */
export type Checked = { findings: Finding[]; instead?: boolean };
export type Check = (subject: Subject) => Checked;
