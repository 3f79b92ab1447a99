import type { Preview, Shown } from "#change/preview.ts";
import type { Verdict } from "./verdict.ts";

type Allowed = Extract<Verdict, { decision: "allow" }>;

/** What makes a step of its own medium. The fourth, "created", is about a way back, which then adds nothing. */
const WHY: Readonly<Record<Exclude<Shown, "created">, string>> = {
  replaced: "deletes one pod, and the controller seen behind it makes another",
  finished: "deletes one job that was seen to have ended",
  cordoned: "puts a node into use that was seen to be ready",
};

/**
 * A step's verdict as the look at it leaves it: medium where the one thing that makes it high is answered by what was seen.
 * `previews` null: nothing was looked at yet, and it is the least a look may leave. Without a look it stays as it is.
 */
export function stepAsSeen(verdict: Allowed, previews: readonly Preview[] | null): Allowed {
  const answer = (verdict.mediumIf ?? []).find(
    (shown) => shown !== "created" && (previews === null || isShown(shown, previews)),
  );
  if (answer === undefined || answer === "created") return verdict;
  return { ...verdict, risk: "medium", reasons: [WHY[answer]] };
}

/** A way back that deletes just what its own step was seen to create adds nothing: nothing else is lost by it. */
export function backAsSeen(verdict: Allowed, previews: readonly Preview[] | null): Allowed {
  const isOwn = verdict.mediumIf?.includes("created") === true;
  if (!isOwn || !(previews === null || isShown("created", previews))) return verdict;
  return { ...verdict, risk: "low", reasons: [] };
}

function isShown(shown: Shown, previews: readonly Preview[]): boolean {
  return previews.some(({ shows = [] }) => shows.includes(shown));
}
