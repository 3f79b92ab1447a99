import type { Policy } from "./document.ts";
import { type Finding, refused } from "./finding.ts";
import { flagOf, type KubectlLine } from "./kubectl-line.ts";

type RawFormat = Policy["raw_outputs"][number];

/** Formats that print fields of objects, under the name the policy knows them by; `-file` ones take them from a file. */
const RAW: Readonly<Record<string, RawFormat>> = {
  json: "json",
  yaml: "yaml",
  jsonpath: "jsonpath",
  "jsonpath-file": "jsonpath",
  "jsonpath-as-json": "jsonpath-as-json",
  "go-template": "go-template",
  "go-template-file": "go-template",
  template: "go-template",
  templatefile: "go-template",
  "custom-columns": "custom-columns",
  "custom-columns-file": "custom-columns",
};
/** Formats of tables and names. `plaintext` ones are explain's. */
const PLAIN = new Set(["wide", "name", "plaintext", "plaintext-openapiv2"]);

/** What a command prints: fields of objects (`raw`), after a template in a file (`file`), or only a table or names (both null). */
export type Output = { raw: RawFormat | null; file: string | null };

/** Reads -o and --template. `-o jsonpath={.x}`, `-o jsonpath --template={.x}` and `--template={{.x}}` alone are all forms kubectl takes. */
export function readOutput(line: KubectlLine): Output | Finding {
  const output = flagOf(line, "--output");
  const template = flagOf(line, "--template");
  if (output === null) return { raw: template === null ? null : "go-template", file: null };
  const equals = output.indexOf("=");
  const format = equals < 0 ? output : output.slice(0, equals);
  if (PLAIN.has(output) && template === null) return { raw: null, file: null };
  const raw = Object.hasOwn(RAW, format) ? RAW[format] : undefined;
  if (raw === undefined) return refused(`the output format "${output}" is not on the list`);
  const isFile = format.endsWith("file");
  return { raw, file: isFile ? (equals < 0 ? (template ?? "") : output.slice(equals + 1)) : null };
}

/**
 * Refuses formats the policy does not let be posted, and every format that prints what a secret holds. `unread`: a
 * manifest names targets that nobody looked at; what is printed is the live object, so the line alone cannot tell.
 */
export function judgeOutput(
  output: Output,
  kinds: readonly string[],
  unread: boolean,
  policy: Policy,
): Finding[] {
  if (output.raw === null) return [];
  const findings: Finding[] = [];
  if (!policy.raw_outputs.includes(output.raw)) {
    findings.push(refused(`the policy does not let ${output.raw} output be posted`));
  }
  if (kinds.includes("secrets")) findings.push(refused("its output would hold secret data"));
  if (unread)
    findings.push(
      refused("a manifest that was not read may name a secret, and its output would hold the data"),
    );
  return findings;
}
