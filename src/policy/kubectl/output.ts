import type { Policy } from "#policy/document.ts";
import { type Finding, refused } from "#policy/finding.ts";
import { kindOf } from "#policy/manifests/kinds.ts";
import { flagOf, type KubectlLine } from "./line.ts";
import { strangeInColumns, strangeInGoTemplate, strangeInJsonPath } from "./template.ts";

type RawFormat = Policy["raw_outputs"][number];

/** Formats that print fields of objects, under the name the policy knows them by. */
const RAW: Readonly<Record<string, RawFormat>> = {
  json: "json",
  yaml: "yaml",
  jsonpath: "jsonpath",
  "jsonpath-as-json": "jsonpath-as-json",
  "go-template": "go-template",
  template: "go-template",
  "custom-columns": "custom-columns",
};
/** Formats that take their template from a file: one that is no template is printed as it is, whatever it holds (measured). */
const FROM_FILE = /^(jsonpath-file|go-template-file|templatefile|custom-columns-file)$/;
/** Formats of tables and names. `plaintext` ones are explain's. */
const PLAIN = new Set(["wide", "name", "plaintext", "plaintext-openapiv2"]);

/** What a command prints: fields of objects (`raw`), after a template; or only a table or names (both null). */
export type Output = { raw: RawFormat | null; template: string | null };

/** Reads -o and --template. `-o jsonpath={.x}`, `-o jsonpath --template={.x}` and `--template={{.x}}` alone are all forms kubectl takes. */
export function readOutput(line: KubectlLine): Output | Finding {
  const output = flagOf(line, "--output");
  const template = flagOf(line, "--template");
  if (output === null) return { raw: template === null ? null : "go-template", template };
  const equals = output.indexOf("=");
  const format = equals < 0 ? output : output.slice(0, equals);
  if (PLAIN.has(output) && template === null) return { raw: null, template: null };
  if (FROM_FILE.test(format)) {
    return refused(
      `-o ${format} would print a file of the workspace: write the template itself, -o ${format.replace(/-?file$/, "")}=…`,
    );
  }
  const raw = Object.hasOwn(RAW, format) ? RAW[format] : undefined;
  if (raw === undefined) return refused(`the output format "${output}" is not on the list`);
  return { raw, template: equals < 0 ? template : output.slice(equals + 1) };
}

/**
 * Refuses formats the policy does not let be posted, every format that prints what a secret holds, and templates that print
 * values without the names they stand under. `unread`: a manifest names targets that nobody looked at; what is printed is
 * the live object, so the line alone cannot tell.
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
  if (findings.length === 0) findings.push(...judgeTemplate(output, kinds));
  return findings;
}

/** As JSON and YAML each value stands beside its name, by which it is redacted; a template prints it alone. */
function judgeTemplate({ raw, template }: Output, kinds: readonly string[]): Finding[] {
  const isStranger = kinds.some((kind) => kindOf(kind) === null);
  const strange =
    raw === "json" || raw === "yaml"
      ? null
      : raw === "go-template"
        ? strangeInGoTemplate(template ?? "", isStranger)
        : raw === "custom-columns"
          ? strangeInColumns(template ?? "", isStranger)
          : strangeInJsonPath(template ?? "", isStranger);
  if (strange === null) return [];
  const shown = JSON.stringify(strange.slice(0, 80));
  return [
    refused(
      `${shown} of its ${raw} output is not on the list of fields that hold no secret, and without its name no value can be redacted. Use -o json or -o yaml`,
    ),
  ];
}
