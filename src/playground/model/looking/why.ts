import type { Draft } from "#playground/model/steps.ts";
import { undo } from "#playground/model/steps.ts";
import { type Cause, causeOf } from "./causes.ts";
import type { Intent } from "./intent.ts";
import { kubectl, type Looking } from "./look.ts";
import { type Ask, deploymentsIn, type Found, findDeployments } from "./objects.ts";
import { rowsOf } from "./table.ts";

/** What is the matter with each deployment that was asked about. */
export type Diagnosis = { found: Found; cause: Cause };

/** What a question "why" comes to: what is the matter, or what has to be asked first. */
export type Told = { diagnoses: Diagnosis[]; well: Found[] } | { ask: Ask } | { cannot: string };

/** Looks at what is named, or at everything that is not as it should be where nothing is named. */
export function* findOut(intent: Intent, namespaces: readonly string[]): Looking<Told> {
  const where = intent.places.length > 0 ? intent.places : namespaces;
  const looked = yield* findDeployments(intent.text, where);
  if ("cannot" in looked) return looked;
  const there = "found" in looked ? looked.found : yield* deploymentsIn(where);
  const isAsked = "found" in looked;
  if ("ask" in looked && looked.ask.question.startsWith("Which one")) return looked;
  const sick = isAsked ? there : there.filter(({ row }) => !isWhole(row["READY"] ?? ""));
  const diagnoses: Diagnosis[] = [];
  for (const found of sick) diagnoses.push({ found, cause: yield* causeOf(found) });
  return { diagnoses, well: there.filter((one) => !sick.includes(one)) };
}

/** The steps that mend a cause, or null where only a person can. */
export function* mend({ found, cause }: Diagnosis): Looking<Draft[] | null> {
  if (cause.fix !== "undo") return cause.fix;
  const { name, namespace } = found;
  const text = yield* kubectl(
    `whether ${name} has an earlier revision`,
    ...["rollout", "history", `deployment/${name}`, "-n", namespace],
  );
  return rowsOf(text).length > 1 ? undo(name, undefined, namespace) : null;
}

function isWhole(ready: string): boolean {
  const [up, all] = ready.split("/");
  return up === all;
}
