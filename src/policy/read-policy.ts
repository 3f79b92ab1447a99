import { type Document, isNode, LineCounter, parseDocument } from "yaml";
import { knowsKubectlVerb } from "#policy/kubectl/line.ts";
import { whyNotLowered, whyNotLoweredKind } from "#policy/kubectl/lowered.ts";
import { knowsTerraformVerb } from "#policy/terraform/verbs.ts";
import { listedContexts, type Policy, PolicyDocument, withHash } from "./document.ts";

/** Reads a policy file's text. Every fault names its line, its key and what was expected. */
export function parsePolicy(text: string): { ok: true; policy: Policy } | { ok: false; faults: string[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) return { ok: false, faults: document.errors.map((error) => error.message) };
  const at = (path: readonly PropertyKey[]): string =>
    `line ${lineOf(document, lines, path)}, ${path.join(".")}`;
  const written: unknown = document.toJS();
  const parsed = PolicyDocument.safeParse(written);
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
  const faults = [
    ...unnamed(parsed.data).map(
      ({ path, name }) =>
        `${at(path)}: no environment is named ${name}. Name it under environments, or mend the name`,
    ),
    ...whyNoDefault(parsed.data).map((fault) => `${at(["default_context"])}: ${fault}`),
    ...verbsIn(parsed.data).flatMap(({ path, verb }) => {
      const fault = whyNoVerb(verb) ?? (path[0] === "lower" ? whyNotLowered(verb) : null);
      return fault === null ? [] : [`${at(path)}: ${fault}`];
    }),
    ...kindsIn(parsed.data).flatMap(({ path, fault }) => (fault === null ? [] : [`${at(path)}: ${fault}`])),
  ];
  return faults.length > 0
    ? { ok: false, faults }
    : { ok: true, policy: withHash(parsed.data, Object(written)) };
}

/** Where a key stands, or the nearest one above it that does; 1 when nothing of it is there. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

/** A default that no command may name would refuse every command it is meant for. */
function whyNoDefault(rules: Omit<Policy, "hash">): string[] {
  const { default_context: meant } = rules;
  if (meant === null || listedContexts(rules).has(meant)) return [];
  return [
    `no environment has the context ${meant}, and contexts does not list it. List it in one of the two, or mend the name`,
  ];
}

/** Every command that is refused, raised or lowered by name. */
function verbsIn(rules: Omit<Policy, "hash">): { path: PropertyKey[]; verb: string }[] {
  const scopes: [path: PropertyKey[], scope: Pick<Policy, "deny" | "raise">][] = [
    [[], rules],
    ...Object.entries(rules.environments).map(([name, own]): (typeof scopes)[number] => [
      ["environments", name],
      own,
    ]),
  ];
  const lowered = rules.lower.flatMap(({ verbs }, rule) =>
    verbs.map((verb, index) => ({ path: ["lower", rule, "verbs", index], verb })),
  );
  return [
    ...scopes.flatMap(([path, { deny, raise }]) => [
      ...deny.map((verb, index) => ({ path: [...path, "deny", index], verb })),
      ...Object.keys(raise).map((verb) => ({ path: [...path, "raise", verb], verb })),
    ]),
    ...lowered,
  ];
}

/** Every kind that is lowered by name, with what stands against it. */
function kindsIn(rules: Omit<Policy, "hash">): { path: PropertyKey[]; fault: string | null }[] {
  return rules.lower.flatMap(({ verbs, kinds }, rule) =>
    kinds.map((kind, index) => ({
      path: ["lower", rule, "kinds", index],
      fault: verbs.every((verb) => verb === "kubectl delete")
        ? whyNotLoweredKind(kind)
        : "kinds are for a rule of kubectl delete alone. Give the other verbs a rule of their own",
    })),
  );
}

/** Why a rule about this command would silently never hold, or null. */
function whyNoVerb(named: string): string | null {
  const verb = named.replace(/^\w+ /, "");
  const { known, instead } = named.startsWith("kubectl ")
    ? knowsKubectlVerb(verb)
    : { known: knowsTerraformVerb(verb), instead: null };
  if (known) return null;
  return instead === null
    ? `no command is called ${named}, so this would never hold: a rule names a verb with its subverb, and no kind. Mend it`
    : `${named} is kubectl ${instead} by another name, and rules go by that one. Write it so`;
}

/** Every place that speaks of an environment nobody defined: a rule that would silently never hold. */
function unnamed(rules: Omit<Policy, "hash">): { path: PropertyKey[]; name: string }[] {
  const lists: [path: PropertyKey[], names: readonly string[]][] = [
    [["unattended", "medium"], rules.unattended.medium],
    ...(["asking", "approvals", "freezes", "lower"] as const).flatMap((key) =>
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
