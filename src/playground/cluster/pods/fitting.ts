import type { KubeObject, PodPlan, State, Template } from "#playground/cluster/state.ts";

/** The scheduler's word for a pod that waits for a node. */
export const UNFIT = "Unschedulable";

/** Why no node takes a pod of this template, as the scheduler says it; null: one does. */
export function whyUnfit(state: State, template: Template): string | null {
  const bars = state.others.filter(({ kind }) => kind === "Node").map((node) => barOf(node, template));
  if (bars.includes(null)) return null;
  const counts = new Map<string, number>();
  for (const bar of bars) counts.set(bar ?? "", (counts.get(bar ?? "") ?? 0) + 1);
  return available([...counts].map(([bar, count]) => `${count} ${bar}`).toSorted(), bars.length);
}

/** A pod beyond those that its node takes. */
export function crowdedOut(pod: PodPlan): PodPlan {
  return { ...pod, readyAt: null, trouble: UNFIT, says: available(["1 Too many pods"], 1) };
}

/** Whether a pod waits for a node. */
export function isUnscheduled({ trouble }: PodPlan): boolean {
  return trouble === UNFIT;
}

type NodeSpec = { unschedulable?: boolean; taints?: { key: string; value?: string; effect: string }[] };
type PodSpec = {
  nodeSelector?: Record<string, string>;
  tolerations?: { key?: string; operator?: string }[];
};

function barOf({ metadata, spec }: KubeObject, template: Template): string | null {
  const { nodeSelector = {}, tolerations = [] } = template.spec as PodSpec;
  const { unschedulable = false, taints = [] } = (spec ?? {}) as NodeSpec;
  if (unschedulable) return "node(s) were unschedulable";
  const bar = taints.find(
    (taint) =>
      taint.effect !== "PreferNoSchedule" && !tolerations.some(({ key = taint.key }) => key === taint.key),
  );
  if (bar !== undefined) return `node(s) had untolerated taint {${bar.key}: ${bar.value ?? ""}}`;
  const isMeant = Object.entries(nodeSelector).every(([key, value]) => metadata.labels?.[key] === value);
  return isMeant ? null : "node(s) didn't match Pod's node affinity/selector";
}

function available(bars: readonly string[], nodes: number): string {
  const none = `0/${nodes} nodes are available`;
  const preempted = `preemption: ${none}: ${nodes} Preemption is not helpful for scheduling.`;
  return nodes === 0 ? "no nodes available to schedule pods" : `${none}: ${bars.join(", ")}. ${preempted}`;
}
