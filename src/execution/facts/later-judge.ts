import { z } from "zod";
import type { Fact } from "#change/fact.ts";
import { isSame, pathName, type Stretch } from "#execution/objects/differences.ts";
import { managerOf } from "#execution/objects/managers.ts";
import { valueIn, valueWords } from "#execution/objects/values.ts";
import type { ClusterObject, RedactField } from "#execution/previews/object-changes.ts";
import type { Expected } from "./expected.ts";
import { healthOf } from "./health.ts";
import { type Standing, targetName } from "./judge.ts";
import { crashesSince, restartsOf, type Trouble, troublesOf } from "./pods.ts";

/** What a later look is held against: when the change ended, and the redaction of what is shown. */
type About = { since: Date; redact: RedactField };

/** Judges an object that was as it should be when its change ended: what does not hold any more has failed, and says since when. */
export function judgeLater(
  expected: Expected,
  now: ClusterObject | null,
  { since, redact }: About,
): Standing {
  const is = (state: Standing["state"], says: string, when?: Fact["when"]): Standing => ({
    ...{ step: expected.step, target: targetName(expected.object), state, says },
    ...(when === undefined ? {} : { when }),
  });
  if (expected.isGone) return judgeStillGone(now, since, is);
  if (now === null) return is("failed", "it is not there any more");
  const others = expected.fields.filter(({ path, after }) => !isSame(valueIn(now, path), after));
  const [other] = others;
  if (other !== undefined) {
    const value = valueIn(now, other.path);
    const show = (one: unknown) => valueWords(now, other.path, one, redact);
    const how = isSame(value, other.before) ? "taken back" : "changed";
    const by = managerOf(now, other.path);
    const who = by === null ? "" : ` by ${by.manager}`;
    const more = others.length > 1 ? ` (and ${others.length - 1} more)` : "";
    const says = `${fieldName(other.path)} was ${how} from ${show(other.after)} to ${show(value)}${more}${who}`;
    return is("failed", says, whenOf("at", by?.at));
  }
  const { state, says, trouble } = healthOf(now);
  const standing = is(state, state === "waiting" ? `not ready any more: ${says}` : says);
  return trouble === undefined ? standing : { ...standing, trouble };
}

/** The same with what its pods say: also one that looks ready may start again and again. */
export function judgeLaterPods(
  standing: Standing,
  pods: readonly unknown[],
  since: Date,
): { standing: Standing; troubles: Trouble[] } {
  if (standing.state === "failed") return { standing, troubles: [] };
  const isReady = standing.state === "good";
  const crashes = crashesSince(pods, since, isReady);
  if (isReady && crashes.length === 0) return { standing, troubles: [] };
  if (isReady) {
    const says = `its containers start again and again; ${standing.says}`;
    return { standing: { ...standing, state: "waiting", says }, troubles: crashes };
  }
  // Held against themselves, so that only what keeps a container from starting counts, and no restart of long ago.
  const stuck = troublesOf(pods, restartsOf(pods));
  return { standing, troubles: [...crashes, ...stuck] };
}

const Born = z.looseObject({
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  ownerReferences: z.array(z.unknown()).nullish(),
});

/** A pod that its controller makes anew was to be made anew. */
function judgeStillGone(
  now: ClusterObject | null,
  since: Date,
  is: (state: Standing["state"], says: string, when?: Fact["when"]) => Standing,
): Standing {
  if (now === null) return is("good", "it is gone");
  const { creationTimestamp, ownerReferences } = Born.parse(now.metadata);
  const born = whenOf("since", creationTimestamp);
  const isNew = born !== undefined && born.at > since && (ownerReferences ?? []).length === 0;
  return isNew ? is("failed", "it is there again", born) : is("good", "it was deleted");
}

/** "replicas", "containers.app.image". */
function fieldName(path: readonly Stretch[]): string {
  return pathName(path).replace(/^spec\.(template\.spec\.)?/, "");
}

function whenOf(word: NonNullable<Fact["when"]>["word"], text: string | null | undefined): Fact["when"] {
  const at = new Date(text ?? "");
  return Number.isNaN(at.getTime()) ? undefined : { word, at };
}
