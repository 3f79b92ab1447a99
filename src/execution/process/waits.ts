import type { Command } from "#change/plan.ts";
import { flagOf, type KubectlLine, readKubectl } from "#policy/kubectl/line.ts";

/** Verbs that change nothing and only wait for what another step has changed. */
const WAITS = new Set(["rollout status", "wait"]);
/** Until kubectl has logged in, and has said itself that its time is over. */
const GRACE_MS = 10_000;
/** Go's units of a duration, as far as somebody would write them for a wait. */
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A kubectl command that only waits, read; null for any other. */
export function readWait(command: Command): KubectlLine | null {
  if (command.tool !== "kubectl") return null;
  const read = readKubectl(command.args);
  return read.ok && WAITS.has(read.line.verb) ? read.line : null;
}

/** How long a wait may take: its own `--timeout` for each object it names, and `mostMs` at most, also without one. */
export function waitMsOf(line: KubectlLine, mostMs: number): number {
  const own = milliseconds(flagOf(line, "--timeout"));
  // Only a list of names says how many objects kubectl waits for, one after the other.
  const isCounted = line.resources.length > 0 && line.resources.every(({ name }) => name !== null);
  if (own === null || !isCounted) return mostMs;
  return Math.min(own * line.resources.length + GRACE_MS, mostMs);
}

/** What is said of a wait that ran into its time, by what kubectl printed; null: it ended in another way. */
export function explainWait(
  line: KubectlLine,
  { isLate }: { isLate?: true },
  printed: { out: readonly string[]; err: readonly string[] },
): string | null {
  if (isLate !== true && !printed.err.some((text) => TIMED_OUT.test(text))) return null;
  const what = line.verb === "wait" ? "What it waited for" : "The rollout";
  const far = line.verb === "wait" ? "" : howFar(printed.out);
  return `${what} was not finished in the time given${far}. It may only be slow: that alone does not say that it failed.`;
}

const TIMED_OUT = /^error: timed out waiting for the condition/;
/**
 * How far a rollout was, in kubectl 1.32's words: `Waiting for deployment "web" rollout to finish: 1 of 3 updated replicas are
 * available...`, the same of daemon sets, and those of stateful sets.
 */
const STAND =
  /^[Ww]aiting for (?:.{0,300}?\b(\d{1,6} (?:out )?of \d{1,6} [a-z ]{1,60}|\d{1,6} old replicas [a-z ]{1,60})|(\d{1,6} pods to be ready)|statefulset rolling update to complete (\d{1,6} pods) at revision)/;

function howFar(out: readonly string[]): string {
  const last = out.findLast((text) => STAND.test(text));
  const [, of, ready, rolled] = (last === undefined ? null : STAND.exec(last)) ?? [];
  if (of !== undefined) return `, still at ${of.trim()}`;
  if (ready !== undefined) return `, still waiting for ${ready}`;
  return rolled === undefined ? "" : `, still at ${rolled} updated`;
}

/** A duration of Go in milliseconds; null: none, or one that is no time that ends (0 and less wait on). */
function milliseconds(text: string | null): number | null {
  if (text === null || !/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return null;
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g);
  const sum = [...parts].reduce((all, [, size, unit = ""]) => all + Number(size) * (UNIT_MS[unit] ?? 0), 0);
  return sum > 0 ? sum : null;
}
