import { wordsIn } from "./intent.ts";
import { kubectl, type Looking } from "./look.ts";
import { meant } from "./names.ts";
import { type Row, rowsOf } from "./table.ts";

/** A deployment that was seen. */
export type Found = { name: string; namespace: string; row: Row };

/** What has to be asked, with what was seen to choose from. */
export type Ask = { question: string; choices: string[] };

/** A word this far from a name is the name, or a part of it that nobody would take for another word. */
const CERTAIN = 1;

/** The deployments a text means in these namespaces, or what has to be asked to know. */
export function* findDeployments(
  text: string,
  namespaces: readonly string[],
): Looking<{ found: Found[] } | { ask: Ask } | { cannot: string }> {
  const [first] = namespaces;
  const there = yield* deploymentsIn(namespaces);
  if (there.length === 0 && first !== undefined) {
    const text = yield* deploymentTable(first);
    const refusal = /^.*(?:policy does not let you|Policy refuses).*$/m.exec(text)?.[0];
    if (refusal !== undefined) return { cannot: refusal };
  }
  const names = [...new Set(there.map(({ name }) => name))];
  const nearest = nearestTo(text, names);
  if (nearest === null) return { ask: whichOf(names, namespaces) };
  const found: Found[] = [];
  for (const several of nearest) {
    const [name] = several;
    if (several.length > 1 || name === undefined)
      return {
        ask: { question: `Which one is meant: ${several.join(" or ")}?`, choices: several.slice(0, 5) },
      };
    const places = there.filter((one) => one.name === name);
    const [only] = places;
    if (places.length > 1 || only === undefined)
      return {
        ask: {
          question: `In which environment? ${name} is in ${places.map(({ namespace }) => namespace).join(" and ")}.`,
          choices: places.map(({ namespace }) => namespace).slice(0, 5),
        },
      };
    found.push(only);
  }
  return { found };
}

/** All deployments of the namespaces, a look each. */
export function* deploymentsIn(namespaces: readonly string[]): Looking<Found[]> {
  const there: Found[] = [];
  for (const namespace of namespaces) {
    const text = yield* deploymentTable(namespace);
    there.push(...rowsOf(text).map((row) => ({ name: row["NAME"] ?? "", namespace, row })));
  }
  return there;
}

function* deploymentTable(namespace: string): Looking<string> {
  const args = ["get", "deployments", "-n", namespace, "-o", "wide"];
  return yield* kubectl(`which deployments there are in ${namespace}`, ...args);
}

/** Each thing that is named for certain; else the one that is nearest, or those that are as near. Null: none is near. */
function nearestTo(text: string, names: readonly string[]): string[][] | null {
  const all = wordsIn(text).flatMap((word) => meant(word, names) ?? []);
  const certain = all.filter(({ distance, names: some }) => distance <= CERTAIN && some.length === 1);
  if (certain.length > 0) return [...new Set(certain.flatMap((one) => one.names))].map((name) => [name]);
  const [nearest] = all.toSorted((one, other) => one.distance - other.distance);
  return nearest === undefined ? null : [nearest.names];
}

function whichOf(names: readonly string[], namespaces: readonly string[]): Ask {
  const where = namespaces.join(" and ");
  const there = names.length === 0 ? "There is no deployment" : `There are ${names.join(", ")}`;
  return { question: `Which deployment is meant? ${there} in ${where}.`, choices: names.slice(0, 5) };
}
