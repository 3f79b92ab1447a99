import type { Command } from "#change/plan.ts";
import type { MadeRollback } from "#change/preview.ts";
import { type ClusterObject, nameOf, readField } from "#execution/previews/object-changes.ts";
import type { KubectlLine } from "#policy/kubectl/line.ts";
import { madeFileName } from "#policy/kubectl/made.ts";
import { kindOfManifest } from "#policy/manifests/kinds.ts";
import { type Chain, chainsOf, type SeenStep } from "./chain.ts";
import { canRecreate } from "./recreate.ts";

/** How one object goes back: which command, by what it does, and the file it reads. */
export type Way = { verb: "patch" | "create" | "delete"; command: Command; file: string | null };
export type OwnedObject = { chain: Chain; ways: Way[] };

/** Verbs whose effect on an object is known whole, so that the rollback is made from it. */
const KNOWN_VERB =
  /^(apply|patch|replace|scale|autoscale|expose|run|label|annotate|taint|cordon|uncordon|delete|create( .*)?|set (image|env|resources|serviceaccount|selector|subject)|rollout (pause|resume|restart|undo))$/;

/**
 * The rollback of one step, made from what its preview and those of the other steps saw. Null where not all is known of it:
 * then the plan's own rollback counts. `others`: the other steps that have such rollbacks, as far as they are previewed.
 */
export function madeRollback(
  own: SeenStep,
  others: readonly SeenStep[],
  instead: Command | null,
  isPlaced = true,
): MadeRollback | null {
  if (!isWhole(own)) return null;
  const steps = [...others, own].toSorted((one, other) => one.step - other.step);
  const touched = chainsOf(steps).filter(({ links }) => links.some(({ step }) => step === own.step));
  const coveredBy = [...new Set(touched.map(ownerOf))].filter((step) => step !== own.step);
  const stands = touched.filter((chain) => isLost(chain, own.step)).map(({ object }) => nameOf(object));
  const commands = ownedBy(own.step, steps, isPlaced).flatMap(({ ways }) =>
    ways.map(({ command }) => command),
  );
  return { commands, stands, coveredBy, instead };
}

/**
 * The same for a step whose effect could not be seen yet because it changes what an earlier one only makes: taken away with
 * that. Null where it touches anything else.
 */
export function coveredRollback(
  line: KubectlLine,
  others: readonly SeenStep[],
  instead: Command | null,
): MadeRollback | null {
  if (!IN_PLACE.test(line.verb) || line.resources.length === 0) return null;
  const made = chainsOf(others).filter(({ before }) => before === null);
  const owners = line.resources.map(({ kind, name }) =>
    made.find(
      ({ object, context }) =>
        context === line.context &&
        object.metadata.name === name &&
        object.metadata.namespace === (line.namespace ?? undefined) &&
        kindOfManifest(object.kind, String(object["apiVersion"] ?? ""))?.name === kind,
    ),
  );
  if (owners.includes(undefined)) return null;
  const coveredBy = [...new Set(owners.flatMap((chain) => (chain === undefined ? [] : [ownerOf(chain)])))];
  return { commands: [], stands: [], coveredBy, instead };
}

/** What changes nothing but the objects it names. */
const IN_PLACE =
  /^(patch|scale|label|annotate|taint|set (image|env|resources|serviceaccount)|rollout (pause|resume|restart|undo))$/;

/** Whether this step deletes it and nothing makes it again. */
function isLost({ before, links }: Chain, step: number): boolean {
  const isDeleted = links.some((link) => link.step === step && link.state.after === null);
  return isDeleted && before !== null && !canRecreate(before);
}

/** Whether what the step does is known of each of its objects, by a dry run or because it can be worked out. */
export function isWhole({ line, states }: SeenStep): boolean {
  if (!KNOWN_VERB.test(line.verb) || states.objects.length === 0) return false;
  if (line.flags.has("--subresource") || line.flags.has("--prune")) return false;
  return states.objects.every(
    ({ before, after, isKnown }) =>
      (isKnown && isNamed(after)) || (before !== null && (line.verb === "rollout restart" || after !== null)),
  );
}

/** Another name comes of it each time, so what the dry run was called says nothing. */
function isNamed(after: ClusterObject | null): boolean {
  return (
    after === null || after.metadata["generateName"] === undefined || after.metadata["uid"] !== undefined
  );
}

/**
 * The objects that a step is the first to touch, with all ways they may have to go back by the end of the plan. `isPlaced`
 * false: they name their namespace only where the step's words do, for the policy's environments go by it.
 */
export function ownedBy(step: number, steps: readonly SeenStep[], isPlaced: boolean): OwnedObject[] {
  let count = 0;
  return chainsOf(steps)
    .filter((chain) => ownerOf(chain) === step)
    .map((chain) => ({ chain, ways: waysOf(chain, step, isPlaced, () => ++count) }));
}

function ownerOf({ links }: Chain): number {
  return links[0]?.step ?? 0;
}

/** Where a later step deletes what the first one changed, the object has two ways, and a look says which one it takes. */
function waysOf(
  { before, object, context, links }: Chain,
  step: number,
  isPlaced: boolean,
  next: () => number,
): Way[] {
  const namespace = isPlaced ? object.metadata.namespace : undefined;
  const about = { object, place: placeArgs(namespace, context) };
  if (before === null) return [{ verb: "delete", command: deletion(about), file: null }];
  const ways: Way[] = [];
  if (links.some(({ state }) => state.after !== null)) {
    const file = madeFileName(step, next());
    ways.push({ verb: "patch", command: patching(about, file), file });
  }
  if (links.some(({ state }) => state.after === null) && canRecreate(before)) {
    const file = madeFileName(step, next());
    ways.push({ verb: "create", command: creation(about, file), file });
  }
  return ways;
}

type About = { object: ClusterObject; place: string[] };

function patching({ object, place }: About, file: string): Command {
  return kubectl([
    "patch",
    kindWord(object),
    object.metadata.name,
    ...place,
    "--type=json",
    `--patch-file=${file}`,
  ]);
}

function creation({ place }: About, file: string): Command {
  return kubectl(["create", ...place, `--filename=${file}`]);
}

/** It does not wait for what a finalizer holds: the look afterwards does. */
function deletion({ object, place }: About): Command {
  return kubectl(["delete", kindWord(object), object.metadata.name, ...place, "--wait=false"]);
}

function kubectl(args: string[]): Command {
  return { tool: "kubectl", args, dir: "" };
}

function placeArgs(namespace: string | undefined, context: string): string[] {
  return [...(namespace === undefined ? [] : [`--namespace=${namespace}`]), `--context=${context}`];
}

/** The version that servers prefer, where it is not v1. */
const PREFERRED: Readonly<Record<string, string>> = { horizontalpodautoscalers: "v2" };

/** "deployment"; with version and group where the server would take the word for another form of the object. */
function kindWord(object: ClusterObject): string {
  const apiVersion = String(readField(object, ["apiVersion"]) ?? "");
  const [version = "", group] = apiVersion.split("/").toReversed();
  const known = kindOfManifest(object.kind, apiVersion);
  if (known !== null && version === (PREFERRED[known.name] ?? "v1")) return known.singular;
  return group === undefined ? `${object.kind}.${version}.` : `${object.kind}.${version}.${group}`;
}
