import type { Change } from "#change/change.ts";
import { isEnded } from "#change/change.ts";
import { type Found, type ListedChange, MIN_ID_CHARS, type Viewer } from "#change/listed.ts";
import { canonicalKind } from "#policy/manifests/kinds.ts";
import { findByPrefix, findListed } from "#store/find-changes.ts";
import { findSpots, findTouching, type Spot } from "#store/find-touched.ts";
import type { Sql } from "#store/postgres/database.ts";
import type { TermsDeps } from "#threads/answering/terms.ts";
import { createMaySee } from "./may-see.ts";

const MOST_ALIKE = 20;
/** How far back a history is looked through for what the viewer may see. */
const MOST_TOUCHING = 500;
/** Mostly the first few are enough; when they are not, the rest is read at once. */
const AT_FIRST = 25;

/** The change an id or its beginning names. What may not be seen is not told from what is not there. */
export async function find(
  sql: Sql,
  deps: TermsDeps & { get: (id: string) => Promise<Change | null> },
  viewer: Viewer,
  text: string,
): Promise<Found> {
  const digits = text.toLowerCase().replaceAll("-", "");
  if (!/^[0-9a-f]+$/.test(digits) || digits.length < MIN_ID_CHARS || digits.length > 32)
    return { kind: "none" };
  const alike = await findByPrefix(sql, digits, MOST_ALIKE);
  const seen = alike.filter(createMaySee(deps, viewer));
  const [first, second] = seen;
  if (first === undefined) return { kind: "none" };
  if (second !== undefined) return { kind: "several", changes: seen };
  const change = await deps.get(first.id);
  return change === null ? { kind: "none" } : { kind: "one", change, cardTs: first.cardTs };
}

/** What touched a target, the newest first: what ran, and what has not ended. Of the newest five hundred, those the viewer may see. */
export async function history(
  sql: Sql,
  deps: TermsDeps,
  viewer: Viewer,
  target: string,
  limit: number,
): Promise<ListedChange[]> {
  const maySee = createMaySee(deps, viewer);
  const wanted = readWanted(target);
  const names = [...new Set(wanted.map(({ name }) => name))];
  const spots = (await findSpots(sql, names)).filter((spot) => wanted.some((one) => isMeant(one, spot)));
  const places = await findTouching(sql, spots, MOST_TOUCHING);
  const found: ListedChange[] = [];
  for (const some of [places.slice(0, AT_FIRST), places.slice(AT_FIRST)]) {
    if (found.length >= limit) break;
    const changes = await findListed(
      sql,
      some.map(({ id }) => id),
    );
    found.push(...changes.filter((change) => (change.hasRun || !isEnded(change.status)) && maySee(change)));
  }
  return found.slice(0, limit);
}

/** What is looked for: a name, and where they were said the kind and the namespace. */
type Wanted = { name: string; kind: string | null; namespace: string | null };

/** A star in a place stands for any. */
function isMeant({ name, kind, namespace }: Wanted, spot: Spot): boolean {
  const fits = (wanted: string | null, found: string) => wanted === null || found === wanted || found === "*";
  return spot.name === name && fits(kind, spot.kind) && fits(namespace, spot.namespace);
}

/**
 * What the words may mean, every way they can be read: NAME, KIND/NAME, NAMESPACE/NAME, NAMESPACE/KIND/NAME, "KIND/NAME in
 * NAMESPACE", and a terraform root's directory as it is written. Where a namespace is named, what touched all of it counts.
 */
function readWanted(target: string): Wanted[] {
  const [, what = "", within = null] = /^(.*?)(?:\s+in\s+(\S+))?$/su.exec(target.trim()) ?? [];
  const name = what.replace(/^(terraform|root)\/(?=.)/u, "").replace(/\/+$/u, "");
  const [first = "", second, third, ...more] = what.split("/");
  const whole: Wanted = { name, kind: name === what.replace(/\/+$/u, "") ? null : "root", namespace: within };
  if (more.length > 0 || second === undefined || second === "") return [whole, ...stars(within, null)];
  if (third !== undefined) {
    const kind = canonicalKind(second);
    return [{ ...whole, kind: "root" }, { name: third, kind, namespace: first }, ...stars(first, kind)];
  }
  const kind = canonicalKind(first);
  return [
    { ...whole, kind: "root" },
    { name: second, kind, namespace: within },
    ...stars(within, kind),
    ...(within === null ? [{ name: second, kind: null, namespace: first }, ...stars(first, null)] : []),
  ];
}

function stars(namespace: string | null, kind: string | null): Wanted[] {
  return namespace === null ? [] : [{ name: "*", kind, namespace }];
}
