import { createHash } from "node:crypto";
import { parseDocument } from "yaml";
import { z } from "zod";

const Environment = z.strictObject({
  namespaces: z.array(z.string()).default([]),
  contexts: z.array(z.string()).default([]),
  directories: z.array(z.string()).default([]),
});

/** The policy file (GREENLIGHT_POLICY), as written. Unknown keys are faults: a misspelt rule must not be silence. */
const PolicyDocument = z.strictObject({
  version: z.literal(1),
  environments: z.record(z.string(), Environment).default({}),
  unattended: z.strictObject({ medium: z.array(z.string()).default([]) }).default({ medium: [] }),
  protected_namespaces: z.array(z.string()).default(["kube-system", "kube-public", "kube-node-lease"]),
  deadlines: z
    .strictObject({
      default_seconds: z.number().min(1).max(3_600).default(60),
      terraform_seconds: z.number().min(1).max(3_600).default(900),
    })
    .default({ default_seconds: 60, terraform_seconds: 900 }),
  approvers: z.array(z.string()).default([]),
});

/** The rules, as data. `hash` names exactly these rules; it is part of every digest. */
export type Policy = z.infer<typeof PolicyDocument> & { hash: string };

/** The rules without a file: no environment is named, so every medium or high change waits for a person. */
export const builtInPolicy: Policy = withHash(PolicyDocument.parse({ version: 1 }));

/** Reads a policy file's text. Faults name the line, the key and what was expected. */
export function parsePolicy(text: string): { ok: true; policy: Policy } | { ok: false; faults: string[] } {
  const document = parseDocument(text);
  if (document.errors.length > 0) return { ok: false, faults: document.errors.map((error) => error.message) };
  const parsed = PolicyDocument.safeParse(document.toJS());
  if (!parsed.success) {
    return {
      ok: false,
      faults: parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`),
    };
  }
  const unnamed = parsed.data.unattended.medium.filter((name) => !(name in parsed.data.environments));
  if (unnamed.length > 0) {
    return { ok: false, faults: [`unattended.medium: no environment is named ${unnamed.join(", ")}`] };
  }
  return { ok: true, policy: withHash(parsed.data) };
}

/** The same rules with these approvers beside the file's. */
export function withApprovers(policy: Policy, approvers: readonly string[]): Policy {
  const { hash: _, ...rules } = policy;
  return withHash({ ...rules, approvers: [...new Set([...rules.approvers, ...approvers])] });
}

function withHash(rules: z.infer<typeof PolicyDocument>): Policy {
  // Who may approve is checked at the click, so it is no part of what was approved.
  const { approvers: _, ...bound } = rules;
  return { ...rules, hash: createHash("sha256").update(JSON.stringify(bound)).digest("hex") };
}
