import type { End, PodPlan } from "#playground/cluster/state.ts";

/** Pods that die again and again are restarted after 1, 2, 4 … s, and in the end this often. */
const RESTART_EVERY_MS = 300_000;
/** From the ninth restart on, 256 s after the first start. */
const QUICK = 9;
const QUICK_MS = 1_000 * 2 ** (QUICK - 1);
/** The kubelet waits 10 s before the second start, then twice as long each time, and never longer than this. */
const LONGEST_WAIT_S = 300;

/** Whether a pod's containers start and die again. */
export function isCrashing({ trouble }: PodPlan): boolean {
  return trouble === "CrashLoopBackOff" || trouble === "OOMKilled";
}

/** A pod's restarts until this moment. */
export function restartsOf(pod: PodPlan, now: number): number {
  const ill = isCrashing(pod) ? now - illSince(pod) : 0;
  const quick = ill < 1_000 ? 0 : Math.min(QUICK, 1 + Math.floor(Math.log2(ill / 1_000)));
  const slow = Math.max(0, Math.floor((ill - QUICK_MS) / RESTART_EVERY_MS));
  return (pod.before?.restarts ?? 0) + quick + slow;
}

/** How a pod's container ended last; null: it never did. */
export function lastEndOf(pod: PodPlan, now: number): End | null {
  const own = restartsOf(pod, now) - (pod.before?.restarts ?? 0);
  if (own === 0) return pod.before?.end ?? null;
  const after = own < QUICK ? 1_000 * 2 ** (own - 1) : QUICK_MS + (own - QUICK) * RESTART_EVERY_MS;
  const isKilled = pod.trouble === "OOMKilled";
  const at = illSince(pod) + after;
  return isKilled ? { at, exitCode: 137, reason: "OOMKilled" } : { at, exitCode: 1, reason: "Error" };
}

/** How long the kubelet waits before it starts a container again, as it writes it: `5m0s`. */
export function waitAfter(restarts: number): string {
  const seconds = Math.min(LONGEST_WAIT_S, 10 * 2 ** Math.min(5, Math.max(0, restarts - 1)));
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

/** Since when a pod has the trouble that it has. */
export function illSince({ since, bornAt }: PodPlan): number {
  return since ?? bornAt;
}
