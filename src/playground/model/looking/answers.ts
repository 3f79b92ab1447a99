import type { Intent } from "./intent.ts";
import { kubectl, type Looking } from "./look.ts";
import { type Ask, deploymentsIn, type Found, findDeployments } from "./objects.ts";
import { rowsOf } from "./table.ts";

/** An answer to a question about what is there, or what has to be asked to give one. */
export type Answered = { answer: string } | { ask: Ask } | { cannot: string };

/** Looks for what a question is about and says it. */
export function* answerTo(intent: Intent, namespaces: readonly string[]): Looking<Answered> {
  const where = intent.places.length > 0 ? intent.places : namespaces;
  if (/\bnodes?\b/i.test(intent.text)) return { answer: yield* nodes() };
  const looked = yield* findDeployments(intent.text, where);
  if ("cannot" in looked) return looked;
  if ("ask" in looked && looked.ask.question.startsWith("In which environment"))
    return { answer: (yield* everywhere(intent, where)).map(sentenceOf).join(" ") };
  if ("found" in looked) return { answer: yield* about(looked.found, intent.text) };
  if (looked.ask.question.startsWith("Which one")) return looked;
  const all = yield* deploymentsIn(where);
  const down = all.filter(({ row }) => !isWhole(row["READY"] ?? ""));
  const sum = `There are ${all.length} deployments in ${where.join(" and ")}: ${all.map(shortly).join(", ")}.`;
  return {
    answer: `${sum} ${down.length === 0 ? "All of them are ready." : `Not ready: ${down.map(shortly).join(", ")}.`}`,
  };
}

/** The same name in each namespace it is in. */
function* everywhere(intent: Intent, where: readonly string[]): Looking<Found[]> {
  const found: Found[] = [];
  for (const namespace of where) {
    const looked = yield* findDeployments(intent.text, [namespace]);
    if ("found" in looked) found.push(...looked.found);
  }
  return found;
}

function* about(found: readonly Found[], text: string): Looking<string> {
  const [first] = found;
  if (first === undefined) return "";
  const { name, namespace } = first;
  if (/\b(?:revisions?|history|last (?:deploy|change|release)|who|when)\b/i.test(text)) {
    const history = yield* kubectl(
      "its revisions",
      "rollout",
      "history",
      `deployment/${name}`,
      "-n",
      namespace,
    );
    const revisions = rowsOf(history).map((row) => `${row["REVISION"]} (${row["CHANGE-CAUSE"]})`);
    return `${name} in ${namespace} has the revisions ${revisions.join(", ")}. Who made them is not kept in the cluster.`;
  }
  if (/\blogs?\b/i.test(text)) {
    const lines = yield* kubectl("its log", "logs", `deployment/${name}`, "-n", namespace, "--tail=20");
    return `The last lines of ${name} in ${namespace}:\n${lines.trim()}`;
  }
  return found.map(sentenceOf).join(" ");
}

function* nodes(): Looking<string> {
  const rows = rowsOf(yield* kubectl("the nodes", "get", "nodes"));
  const each = rows.map((row) => `${row["NAME"]} is ${row["STATUS"]} with version ${row["VERSION"]}`);
  return `There ${rows.length === 1 ? "is 1 node" : `are ${rows.length} nodes`}: ${each.join(", ")}.`;
}

function sentenceOf({ name, namespace, row }: Found): string {
  const [up = "", all = ""] = (row["READY"] ?? "").split("/");
  return `${name} in ${namespace} has ${all} replicas, ${up} of them ready, and runs ${row["IMAGES"]}.`;
}

function shortly({ name, row }: Found): string {
  return `${name} ${row["READY"]}`;
}

function isWhole(ready: string): boolean {
  const [up, all] = ready.split("/");
  return up === all;
}
