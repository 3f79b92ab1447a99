import { type Document, isNode, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { knowsKubectlVerb } from "#policy/kubectl/line.ts";
import { whyNotLowered, whyNotLoweredKind } from "#policy/kubectl/lowered.ts";
import { knowsTerraformVerb } from "#policy/terraform/verbs.ts";
import { hiddenRules } from "./approvals/hidden-rules.ts";
import { listedContexts, type Policy, PolicyDocument, withHash } from "./document.ts";

/** Reads a policy file's text. Every fault names its line, its key and what was expected, all at once and in line order. */
export function parsePolicy(text: string): { ok: true; policy: Policy } | { ok: false; faults: string[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) return { ok: false, faults: document.errors.map((error) => error.message) };
  const written: unknown = document.toJS();
  const parsed = PolicyDocument.safeParse(written);
  const read = parsed.success
    ? parsed
    : PolicyDocument.safeParse(withoutFaulty(written, parsed.error.issues));
  const found = [
    ...(parsed.success ? [] : parsed.error.issues.flatMap(faultsOf)),
    ...(read.success ? faultsIn(read.data) : []),
  ];
  if (parsed.success && found.length === 0)
    return { ok: true, policy: withHash(parsed.data, Object(written)) };
  const placed = found.map((one) => ({ ...one, line: lineOf(document, lines, one.path) }));
  return { ok: false, faults: placed.toSorted((a, b) => a.line - b.line).map(inWords) };
}

type Fault = { path: readonly PropertyKey[]; fault: string };

function inWords({ path, fault, line }: Fault & { line: number }): string {
  return path.length === 0 ? `the file: ${fault}` : `line ${line}, ${path.join(".")}: ${fault}`;
}

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  // Where the key stands that nobody knows, not the group it stands in.
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({ path: [...issue.path, key], fault: "is not a key of the policy" }));
  return [{ path: issue.path, fault: issue.message }];
}

/**
 * What is written without the keys and list items that have a fault of their own, so that the rest is looked at in the same
 * round: whoever mends a file wants to hear of all of it.
 */
function withoutFaulty(written: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  const faulty = new Set(issues.flatMap(faultsOf).map(({ path }) => JSON.stringify(path)));
  const kept = (value: unknown, path: PropertyKey[]): unknown => {
    if (typeof value !== "object" || value === null) return value;
    const isFine = (key: PropertyKey) => !faulty.has(JSON.stringify([...path, key]));
    if (Array.isArray(value)) return value.map((one, index) => kept(one, [...path, index]));
    // Without one item the others would stand at other numbers than in the file, so that a list goes as a whole.
    const isWhole = (key: string, one: unknown) =>
      !Array.isArray(one) || one.every((_, index) => !faulty.has(JSON.stringify([...path, key, index])));
    const entries = Object.entries(value).filter(([key, one]) => isFine(key) && isWhole(key, one));
    return Object.fromEntries(entries.map(([key, one]) => [key, kept(one, [...path, key])]));
  };
  return kept(written, []);
}

/** What each key alone does not show: names nobody defined, rules that would never hold. */
function faultsIn(rules: Omit<Policy, "hash">): Fault[] {
  return [
    ...unnamed(rules).map(({ path, name }) => ({
      path,
      fault: `no environment is named ${name}. Name it under environments, or mend the name`,
    })),
    ...whyNoDefault(rules).map((fault) => ({ path: ["default_context"], fault })),
    ...verbsIn(rules).flatMap(({ path, verb }) => {
      const fault = whyNoVerb(verb) ?? (path[0] === "lower" ? whyNotLowered(verb) : null);
      return fault === null ? [] : [{ path, fault }];
    }),
    ...kindsIn(rules).flatMap(({ path, fault }) => (fault === null ? [] : [{ path, fault }])),
    ...hiddenRules(rules.approvals).map(({ rule, by }) => ({
      path: ["approvals", rule],
      fault: `rule ${by + 1} of approvals fits all that this one fits and stands before it, so this one never holds. Put it first, or take it away`,
    })),
  ];
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
    ...(["asking", "looks", "approvals", "freezes", "lower"] as const).flatMap((key) =>
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
