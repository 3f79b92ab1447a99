import { z } from "zod";
import { type PlannerOutput, Tool } from "#change/plan.ts";

/** How people write the names of programs that are asked for often. */
const WRITTEN: Readonly<Record<string, string>> = {
  argocd: "Argo CD",
  flux: "Flux",
  helm: "Helm",
  helmfile: "Helmfile",
  kustomize: "Kustomize",
};
/** A name of a program that may be shown; anything else is only "another program". */
const NAME = /^[a-z0-9][a-z0-9._-]{0,30}$/i;
/** More names say nothing more. */
const MAX_NAMES = 3;

const Tools = z.object({
  plan: z
    .array(z.object({ tool: z.string(), rollback: z.object({ tool: z.string() }).nullish().catch(null) }))
    .max(100),
});

/**
 * The declined plan of an answer whose commands are for a program Greenlight does not run: a model that is asked again
 * names the same one. Null: the answer is of another form for another reason.
 */
export function declineOtherTools(value: unknown): PlannerOutput | null {
  const read = Tools.safeParse(value);
  if (!read.success) return null;
  const named = read.data.plan.flatMap(({ tool, rollback }) => (rollback ? [tool, rollback.tool] : [tool]));
  const others = [...new Set(named.filter((tool) => !isRun(tool)).map(nameOf))];
  if (others.length === 0) return null;
  const [first = ""] = others;
  const shown = others.slice(0, MAX_NAMES);
  const subject =
    others.length === 1 ? `${first} is` : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)} are`;
  return {
    summary: `${capital(subject)} not supported: Greenlight runs ${Tool.options.join(" and ")}.`,
    plan: [],
    risk_level: "low",
    risk_reason: "",
    questions: [],
  };
}

/** Also written otherwise: that is no plan for another program, and a model that is asked again writes it right. */
function isRun(tool: string): boolean {
  return Tool.safeParse(tool.trim().toLowerCase()).success;
}

function nameOf(tool: string): string {
  const name = tool.trim();
  const key = name.toLowerCase();
  if (Object.hasOwn(WRITTEN, key)) return WRITTEN[key] ?? name;
  return NAME.test(name) ? name : "another program";
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
