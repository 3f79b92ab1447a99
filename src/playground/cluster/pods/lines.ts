import type { PodPlan } from "#playground/cluster/state.ts";
import { isCrashing, lastEndOf } from "./restarts.ts";

/** A running pod writes a line this often; so many of them are kept. */
const LINE_EVERY_MS = 15_000;
const KEPT_LINES = 400;

/** A line that a container printed, and when. */
export type LogLine = { at: number; text: string };

/** What a container prints where no story says it; `previous`: the one that died last. */
export function standardLines(pod: PodPlan, namespace: string, now: number, previous: boolean): LogLine[] {
  const image = pod.template.spec.containers[0]?.image.split("/").at(-1) ?? "";
  const reason = lastEndOf(pod, now)?.reason;
  if (!previous && !isCrashing(pod)) return running(pod, image, now);
  const at = Math.max(pod.bornAt, now - 40_000);
  // The kernel gives no time for a last word.
  if (pod.trouble === "OOMKilled" || reason === "OOMKilled") return [{ at, text: `INFO  starting ${image}` }];
  return crashing(at, image, namespace);
}

function running(pod: PodPlan, image: string, now: number): LogLine[] {
  const start = pod.readyAt ?? pod.bornAt;
  const started = [
    { at: start - 200, text: `INFO  starting ${image}` },
    { at: start, text: "INFO  ready, taking requests" },
  ];
  const ticks = Math.floor((now - start) / LINE_EVERY_MS);
  const first = Math.max(1, ticks - KEPT_LINES + 1);
  const regular = Array.from({ length: Math.max(0, ticks - first + 1) }, (_, index) => {
    const tick = first + index;
    const tookMs = 2 + ((tick * 7 + pod.name.length) % 19);
    return {
      at: start + tick * LINE_EVERY_MS,
      text: tick % 20 === 0 ? `INFO  ${tick * 31} requests served` : `INFO  GET /healthz 200 ${tookMs}ms`,
    };
  });
  return first > 1 ? regular : [...started, ...regular];
}

function crashing(at: number, image: string, namespace: string): LogLine[] {
  return [
    { at, text: `INFO  starting ${image}` },
    { at: at + 900, text: `WARN  queue.${namespace}.svc:5672 refused the connection, attempt 1 of 3` },
    { at: at + 1_900, text: `WARN  queue.${namespace}.svc:5672 refused the connection, attempt 3 of 3` },
    { at: at + 2_000, text: "ERROR giving up: no queue to work on, exit 1" },
  ];
}
