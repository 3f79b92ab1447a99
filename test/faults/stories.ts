import type { Asked } from "#playground/model/model.ts";

/**
 * What a change of the fault tests is about: `plain` two steps one person approves, `single` one of them, `slow` the same with steps that take
 * 0.4 s, `watched` one of them and then one that only reads and takes 20 s the first time, `long` one that prints ten lines in 2 s, `pair` two people have to approve, `free` policy asks for nobody, `back` the reviewer wants it taken back, `broken`
 * its second step fails and an operator is asked, `asks` the Planner has a question first, `replan` another plan is wished for,
 * `late` nobody answers in time, `cancelled` it is stopped while it waits.
 */
export type Kind = keyof typeof endOf;

/** How a change of this kind ends when nothing was cut off. */
export const endOf = {
  plain: "done",
  single: "done",
  slow: "done",
  watched: "done",
  long: "done",
  pair: "done",
  free: "done",
  back: "rolled_back",
  broken: "accepted",
  asks: "done",
  replan: "done",
  late: "expired",
  cancelled: "cancelled",
} as const;

const KINDS = Object.keys(endOf).join("|");

/** The words it is asked with; `id` is letters and digits, and no other change's. */
export function wordsOf(id: string, kind: Kind): string {
  return `${id} ${kind}`;
}

/** How many replicas a plan asks for, and how many one that was made again after a wish. */
export const PLANNED_REPLICAS = 5;
export const WISHED_REPLICAS = 7;

/** The rules the stories are judged by. */
export const POLICY = `version: 1
environments:
  production: { namespaces: [production] }
  pair: { namespaces: [pair] }
  free: { namespaces: [free], contexts: [fake] }
unattended: { medium: [free] }
approvers: [U0BEN00001, U0CLEO0001]
approvals:
  - { environments: [pair], quorum: 2 }
`;

/** Planner and reviewer in one: they do what the request's words say. */
export function mind({ agent, block }: Asked): unknown {
  const [, id = "none", word = "plain"] =
    new RegExp(`(\\w+) (${KINDS})\\b`).exec(JSON.stringify(block)) ?? [];
  if (agent === "planner" && word === "asks" && block?.["answers"] === undefined) return QUESTION;
  if (agent === "planner")
    return planOf(id, word as Kind, block?.["wishes"] === undefined ? PLANNED_REPLICAS : WISHED_REPLICAS);
  const outcomes = JSON.stringify(block).match(/"outcome":"(\w+)"/g) ?? [];
  if (word === "back") return { result: "rollback", notes: "The story wants it taken back." };
  const isDone = outcomes.every((outcome) => outcome === '"outcome":"done"');
  return isDone
    ? { result: "approved", notes: "All as planned." }
    : { result: "needs_human", notes: "A step did not end well." };
}

const QUESTION = {
  summary: "",
  plan: [],
  risk_level: "low",
  risk_reason: "",
  questions: ["How much of it?"],
  choices: [["All of it.", "Half of it."]],
};

function planOf(id: string, kind: Kind, replicas: number): object {
  const length = ["pair", "free", "single", "long"].includes(kind) ? 1 : 2;
  const place = kind === "pair" || kind === "free" ? kind : "production";
  return {
    summary: `The story ${kind}.`,
    plan: Array.from({ length }, (_, index) => {
      const args = (count: number) => [
        "scale",
        `deployment/${id}-${kind === "broken" && index === 0 ? "sound" : kind}-${index + 1}`,
        `--replicas=${count}`,
        "-n",
        place,
        ...(kind === "free" ? ["--context=fake"] : []),
      ];
      return {
        step: index + 1,
        description: `Step ${index + 1} of ${id}`,
        tool: "kubectl",
        ...(kind === "watched" && index === 1
          ? {
              args: ["rollout", "status", `deployment/${id}-watched-1`, "-n", place],
              risk: "low",
              rollback: null,
            }
          : { args: args(replicas), risk: "medium", rollback: { tool: "kubectl", args: args(2), dir: "" } }),
        dir: "",
      };
    }),
    risk_level: "medium",
    risk_reason: "scripted",
    questions: [],
  };
}
