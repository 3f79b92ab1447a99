import { z } from "zod";
import type { Fact } from "#change/fact.ts";
import { isSame, pathName } from "#execution/objects/differences.ts";
import { managerOf } from "#execution/objects/managers.ts";
import { valueIn, valueWords } from "#execution/objects/values.ts";
import { type ClusterObject, nameOf, type RedactField } from "#execution/previews/object-changes.ts";
import type { Expected } from "./expected.ts";
import { healthOf } from "./health.ts";
import type { Trouble } from "./pods.ts";

/** How a fact stands before the last look: `waiting` may still become good. */
export type Standing = Omit<Fact, "state"> & {
  state: Fact["state"] | "waiting";
  trouble?: string;
  /** It waits because it could not be looked at. */
  isUnread?: true;
};

/** Judges one object against what it should be. `now` is null where it is not there. */
export function judgeObject(expected: Expected, now: ClusterObject | null, redact: RedactField): Standing {
  const is = (state: Standing["state"], says: string): Standing => ({
    step: expected.step,
    target: targetName(expected.object),
    state,
    says,
  });
  if (expected.isGone) return judgeGone(expected.object, now, is);
  if (now === null) return is("failed", "it is not there");
  const other = expected.fields.find(({ path, after }) => !isSame(valueIn(now, path), after));
  if (other !== undefined) {
    const value = valueIn(now, other.path);
    const by = managerOf(now, other.path);
    const who = by === null ? "" : `, set by ${by.manager}`;
    const show = (one: unknown) => valueWords(now, other.path, one, redact);
    return is("unknown", `${pathName(other.path)} is ${show(value)}${who}, not ${show(other.after)}`);
  }
  const { state, says, trouble } = healthOf(now);
  return trouble === undefined ? is(state, says) : { ...is(state, says), trouble };
}

/** The same with what its pods say: what does not pass by itself has failed. */
export function withTroubles(standing: Standing, troubles: readonly Trouble[]): Standing {
  const [first] = troubles;
  if (standing.state !== "waiting" || first === undefined) return standing;
  if (first.isUnread === true) return { ...standing, state: "unknown", says: first.says };
  const more = troubles.length > 1 ? ` (and ${troubles.length - 1} more)` : "";
  const { when } = first;
  if (when !== undefined) return { ...standing, state: "failed", says: `${first.says}${more}`, when };
  return { ...standing, state: "failed", says: `${first.says}${more}; ${standing.says}` };
}

/** What is left to say when no more looks are made. */
export function settled(standing: Standing): Fact {
  const { trouble: _, isUnread: __, ...fact } = standing;
  if (fact.state !== "waiting") return { ...fact, state: fact.state };
  return { ...fact, state: "unknown", says: `not there yet: ${fact.says}` };
}

/** "Deployment/payment-api in production". */
export function targetName(object: ClusterObject): string {
  const { namespace } = object.metadata;
  return namespace === undefined ? nameOf(object) : `${nameOf(object)} in ${namespace}`;
}

const Held = z.looseObject({
  uid: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  finalizers: z.array(z.string()).optional(),
});

function judgeGone(
  before: ClusterObject,
  now: ClusterObject | null,
  is: (state: Standing["state"], says: string) => Standing,
): Standing {
  if (now === null) return is("good", "it is gone");
  const [was, held] = [Held.parse(before.metadata), Held.parse(now.metadata)];
  // A controller or a person made one of the same name anew.
  if (was.uid !== undefined && was.uid !== held.uid)
    return is("good", "it is gone, and one of the same name is there anew");
  if (held.deletionTimestamp === undefined) return is("failed", "it is still there");
  const { finalizers = [] } = held;
  return finalizers.length === 0
    ? is("waiting", "it is being deleted")
    : is("good", `it is being deleted, held by ${finalizers.join(", ")}`);
}
