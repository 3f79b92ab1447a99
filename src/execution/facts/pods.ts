import { z } from "zod";
import type { Fact } from "#change/fact.ts";

const Waiting = z.looseObject({ reason: z.string().optional(), message: z.string().optional() });
const Ended = z.looseObject({
  reason: z.string().optional(),
  exitCode: z.int().optional(),
  startedAt: z.string().optional(),
  finishedAt: z.string().optional(),
});
const State = z.looseObject({ waiting: Waiting.nullish(), terminated: Ended.nullish() });
const ContainerStatus = z.looseObject({
  name: z.string(),
  restartCount: z.int().min(0).default(0),
  state: State.nullish(),
  lastState: State.nullish(),
});
const Pod = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    uid: z.string().optional(),
    deletionTimestamp: z.string().optional(),
  }),
  status: z
    .looseObject({
      containerStatuses: z.array(ContainerStatus).nullish(),
      initContainerStatuses: z.array(ContainerStatus).nullish(),
    })
    .default({}),
});

/** A container that does not start, or starts again and again: which, why, and how it ended last. `isUnread`: it cannot be looked at. */
export type Trouble = { key: string; says: string; isUnread?: boolean; when?: Fact["when"] };

/** How often each container had restarted, by pod and name: what a later look is held against. */
export type Restarts = ReadonlyMap<string, number>;

/** What does not pass by itself; kubelet's own words. */
const STUCK =
  /^(ImagePullBackOff|ErrImagePull|InvalidImageName|ErrImageNeverPull|CreateContainerConfigError|CreateContainerError|RunContainerError)$/;
/** Once may be chance, and a rollout goes on over it. */
const MANY_RESTARTS = 2;

/**
 * What keeps pods from ever being ready. `before`: the restarts of the first look after the step; a pod that is not in it is
 * new, and all of its restarts count. Pods that are on their way out say nothing.
 */
export function troublesOf(pods: readonly unknown[], before: Restarts): Trouble[] {
  return containersOf(pods).flatMap(({ key, pod, status }): Trouble[] => {
    const stuck = status.state?.waiting;
    const where = `${status.name} in ${pod}`;
    if (stuck?.reason !== undefined && STUCK.test(stuck.reason))
      return [
        { key, says: `${where}: ${stuck.reason}${stuck.message === undefined ? "" : ` (${stuck.message})`}` },
      ];
    const restarts = status.restartCount - (before.get(key) ?? 0);
    if (restarts < MANY_RESTARTS) return [];
    return [{ key, says: `${where} restarted ${restarts} times${lastEnd(status)}` }];
  });
}

/**
 * Containers that ended since `since` and start again and again: in a back-off, or for the second time. One that ended once
 * and runs again counts only where its workload is not ready (`isReady` false), because once may be chance.
 */
export function crashesSince(pods: readonly unknown[], since: Date, isReady: boolean): Trouble[] {
  return containersOf(pods).flatMap(({ key, pod, status }): Trouble[] => {
    const end = status.lastState?.terminated ?? status.state?.terminated;
    const endedAt = timeOf(end?.finishedAt);
    if (endedAt === null || endedAt <= since) return [];
    const startedAt = timeOf(end?.startedAt);
    const isAgain = status.restartCount >= MANY_RESTARTS && startedAt !== null && startedAt > since;
    if (isReady && !isAgain && status.state?.waiting?.reason !== "CrashLoopBackOff") return [];
    // Of several ends only the last one's time is kept, so that the first is known only where it was the only one.
    const word = status.restartCount <= 1 ? "since" : "last at";
    return [
      { key, says: `${status.name} in ${pod} is crashing${howEnded(end)}`, when: { word, at: endedAt } },
    ];
  });
}

/**
 * Those of the template that was rolled out last: pods of an older one may crash while the new ones replace them. Told
 * apart by the hash that the controller puts on them; the newest pod bears the one that counts.
 */
export function newestOf(pods: readonly unknown[]): unknown[] {
  const read = pods.flatMap((pod) => {
    const { success, data } = Labelled.safeParse(pod);
    if (!success) return [];
    const { labels, creationTimestamp } = data.metadata;
    const hash = labels?.["pod-template-hash"] ?? labels?.["controller-revision-hash"] ?? "";
    return [{ pod, hash, bornAt: creationTimestamp ?? "" }];
  });
  const newest = read.toSorted((one, other) => one.bornAt.localeCompare(other.bornAt)).at(-1);
  return read.filter(({ hash }) => hash === newest?.hash).map(({ pod }) => pod);
}

const Labelled = z.looseObject({
  metadata: z.looseObject({
    labels: z.record(z.string(), z.string()).nullish(),
    creationTimestamp: z.string().nullish(),
  }),
});

/** The restarts of a look, for `troublesOf`. */
export function restartsOf(pods: readonly unknown[]): Restarts {
  return new Map(containersOf(pods).map(({ key, status }) => [key, status.restartCount]));
}

type Container = { key: string; pod: string; status: z.infer<typeof ContainerStatus> };

function containersOf(pods: readonly unknown[]): Container[] {
  return pods.flatMap((one): Container[] => {
    const read = Pod.safeParse(one);
    if (!read.success || read.data.metadata.deletionTimestamp !== undefined) return [];
    const { metadata, status } = read.data;
    const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
    return all.map((container) => ({
      key: `${metadata.uid ?? metadata.name}/${container.name}`,
      pod: metadata.name,
      status: container,
    }));
  });
}

function lastEnd({ state, lastState }: z.infer<typeof ContainerStatus>): string {
  const end = lastState?.terminated ?? state?.terminated;
  return end === null || end === undefined ? "" : `; it ended last${howEnded(end)}`;
}

function howEnded(end: z.infer<typeof Ended> | null | undefined): string {
  if (end === null || end === undefined) return "";
  const code = end.exitCode === undefined ? "" : ` with exit code ${end.exitCode}`;
  return `${code}${end.reason === undefined ? "" : ` (${end.reason})`}`;
}

function timeOf(text: string | undefined): Date | null {
  const at = new Date(text ?? "");
  return Number.isNaN(at.getTime()) ? null : at;
}
