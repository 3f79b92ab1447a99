import { slips } from "#change/slips.ts";

/** Kubernetes gives every pod addresses of the services of its namespace, of one named greenlight too. */
const BY_KUBERNETES =
  /^GREENLIGHT(_[A-Z0-9_]+)?_(SERVICE_(HOST|PORT)(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_\w+)?)?)$/;
const PREFIX = "GREENLIGHT_";
/** One letter in three, and no more of them, may be wrong, missing or too many for a name to be meant as another. */
const NEAR_EVERY = 3;
const NEAR_AT_MOST = 3;

/**
 * What is set by a name that begins as ours and is none of ours. A slip of the pen is a fault: what was meant, a limit on
 * who may ask, say, would silently not hold. Any other name is a warning, since an older version may meet a newer setting.
 */
export function unknownNames(
  env: Readonly<Record<string, string | undefined>>,
  known: readonly string[],
): { faults: string[]; warnings: string[] } {
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith(PREFIX) && !known.includes(name) && !BY_KUBERNETES.test(name),
  );
  const faults: string[] = [];
  const warnings: string[] = [];
  for (const name of unknown.toSorted()) {
    const near = nearestOf(name, known);
    if (near === null) warnings.push(`${name}: is no setting of this version, and does nothing`);
    else faults.push(`${name}: is no setting. ${near} is one: write it so, or take this one away.`);
  }
  return { faults, warnings };
}

/** The known name that this one differs from in the fewest letters, if in few. */
function nearestOf(name: string, known: readonly string[]): string | null {
  const most = Math.min(NEAR_AT_MOST, Math.floor((name.length - PREFIX.length) / NEAR_EVERY));
  const near = known.map((one) => ({ one, far: slips(name, one) })).filter(({ far }) => far <= most);
  return near.toSorted((a, b) => a.far - b.far)[0]?.one ?? null;
}
