import { type Document, isNode, LineCounter, parseDocument } from "yaml";
import { type Policy, PolicyDocument, withHash } from "./document.ts";

/** Reads a policy file's text. Every fault names its line, its key and what was expected. */
export function parsePolicy(text: string): { ok: true; policy: Policy } | { ok: false; faults: string[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) return { ok: false, faults: document.errors.map((error) => error.message) };
  const at = (path: readonly PropertyKey[]): string =>
    `line ${lineOf(document, lines, path)}, ${path.join(".")}`;
  const parsed = PolicyDocument.safeParse(document.toJS());
  if (!parsed.success) {
    return {
      ok: false,
      faults: parsed.error.issues.flatMap((issue) => {
        // Where the key stands that nobody knows, not the group it stands in.
        if (issue.code === "unrecognized_keys")
          return issue.keys.map((key) => `${at([...issue.path, key])}: is not a key of the policy`);
        return issue.path.length === 0 ? `the file: ${issue.message}` : `${at(issue.path)}: ${issue.message}`;
      }),
    };
  }
  const faults = unnamed(parsed.data).map(
    ({ path, name }) =>
      `${at(path)}: no environment is named ${name}. Name it under environments, or mend the name`,
  );
  return faults.length > 0 ? { ok: false, faults } : { ok: true, policy: withHash(parsed.data) };
}

/** Where a key stands, or the nearest one above it that does; 1 when nothing of it is there. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

/** Every place that speaks of an environment nobody defined: a rule that would silently never hold. */
function unnamed(rules: Omit<Policy, "hash">): { path: PropertyKey[]; name: string }[] {
  const lists: [path: PropertyKey[], names: readonly string[]][] = [
    [["unattended", "medium"], rules.unattended.medium],
    ...(["asking", "approvals", "freezes"] as const).flatMap((key) =>
      rules[key].map((rule, index): [PropertyKey[], readonly string[]] => [
        [key, index, "environments"],
        rule.environments,
      ]),
    ),
  ];
  return lists.flatMap(([path, names]) =>
    names.flatMap((name, index) =>
      Object.hasOwn(rules.environments, name) ? [] : [{ path: [...path, index], name }],
    ),
  );
}
