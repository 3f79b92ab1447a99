import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Policy } from "#policy/document.ts";
import { parsePolicy } from "#policy/read-policy.ts";

const Line = z
  .strictObject({
    cmd: z.string().optional(),
    argv: z.array(z.string()).optional(),
    label: z.enum(["low", "medium", "high", "deny"]),
    why: z.string().min(10),
    source: z.string().regex(/^(kubectl docs|terraform docs|own attack|measured note \d+)$/),
  })
  .refine((line) => (line.cmd === undefined) !== (line.argv === undefined), "one of cmd and argv");
export type Label = z.infer<typeof Line>["label"];

/** One labelled command: what is asked, what it deserves, why. */
export type Labelled = { input: { cmd: string } | { argv: string[] }; label: Label; why: string };

/** The labelled commands of one file under corpus/. */
export function readCorpus(name: "kubectl" | "terraform" | "adversarial" | "later"): Labelled[] {
  const text = readFileSync(new URL(`corpus/${name}.jsonl`, import.meta.url), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((row) => {
      const { cmd, argv, label, why } = Line.parse(JSON.parse(row));
      return { input: cmd === undefined ? { argv: argv ?? [] } : { cmd }, label, why };
    });
}

/** The rules the labels were given under. */
export function readCorpusPolicy(): Policy {
  const parsed = parsePolicy(readFileSync(new URL("corpus/policy.yml", import.meta.url), "utf8"));
  if (!parsed.ok) throw new Error(`corpus/policy.yml: ${parsed.faults.join("; ")}`);
  return parsed.policy;
}

const order: Record<Label, number> = { low: 0, medium: 1, high: 2, deny: 3 };

/** How much a verdict holds back, from 0 (low) to 3 (refused). */
export function rank(verdict: Label | { decision: string; risk: "low" | "medium" | "high" | null }): number {
  if (typeof verdict === "string") return order[verdict];
  return verdict.decision === "deny" ? order.deny : order[verdict.risk ?? "deny"];
}

/** A command as a report shows it. */
export function show(input: { cmd: string } | { argv: string[] }): string {
  const text = "cmd" in input ? JSON.stringify(input.cmd) : `argv ${JSON.stringify(input.argv)}`;
  return text.length > 240 ? `${text.slice(0, 240)}…` : text;
}
