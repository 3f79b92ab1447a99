import type { Asked } from "#playground/model/model.ts";

/**
 * What the changes of the fixture are about: the deployments each plan scales, in which namespace. What a deployment's name
 * says is what the counting kubectl does with it: `broken` exits with 1, the first of `endless` and `stubborn` and whatever
 * scales a `lingering` one to 2 take five minutes.
 */
const PLANS = {
  // Finished by the old program.
  done: ["done-1"],
  free: ["free-1"],
  accepted: ["accepted-1", "accepted-broken-2"],
  taken: ["taken-1"],
  rejected: ["rejected-1"],
  only: ["only-1"],
  late: ["late-1"],
  stopped: ["stopped-1"],
  failed: ["failed-1"],
  // Resting with a person.
  asks: ["asks-1"],
  waits: ["waits-1", "waits-2"],
  half: ["half-1"],
  wished: ["wished-1"],
  operator: ["operator-1", "operator-broken-2"],
  undo: ["undo-1", "undo-broken-2"],
  happened: ["happened-endless-1"],
  missed: ["missed-endless-1"],
  // At work when the old program was killed.
  planning: ["planning-1"],
  wishing: ["wishing-1"],
  running: ["running-endless-1"],
  second: ["second-1", "second-lingering-2"],
  undoing: ["undoing-lingering-1"],
  reviewing: ["reviewing-1"],
  blocked: ["running-endless-1"],
  stopping: ["stopping-stubborn-1"],
} as const;

export type Story = keyof typeof PLANS;

/** The words a change of the fixture is asked with. */
export function requestOf(story: Story): string {
  return `please run the story ${story}`;
}

/** The rules of the fixture, as a file that people of 0.1 wrote. */
export const POLICY = `version: 1
environments:
  production: { namespaces: [production] }
  pair: { namespaces: [pair] }
  free: { namespaces: [free], contexts: [fake] }
unattended: { medium: [free] }
deadlines: { default_seconds: 15 }
approvers: [U0BEN00001, U0CLEO0001]
approvals:
  - { environments: [pair], quorum: 2 }
`;

/** Planner and Reviewer of the fixture. */
export function mind({ agent, block }: Asked): unknown {
  const [, name = ""] = /story (\w+)/.exec(JSON.stringify(block)) ?? [];
  const story = name as Story;
  if (agent === "reviewer") return review(story, JSON.stringify(block));
  if (story === "asks" && block?.["answers"] === undefined) return QUESTION;
  return planOf(story, block?.["wishes"] === undefined ? 5 : 7);
}

const QUESTION = {
  summary: "",
  plan: [],
  risk_level: "low",
  risk_reason: "",
  questions: ["How much of it?"],
  choices: [["All of it.", "Half of it."]],
};

function review(story: Story, block: string): object {
  if (story === "taken" || story === "undoing")
    return { result: "rollback", notes: "The story wants it back." };
  const isDone = [...block.matchAll(/"outcome":"(\w+)"/g)].every(([, outcome]) => outcome === "done");
  return isDone
    ? { result: "approved", notes: "All as planned." }
    : { result: "needs_human", notes: "A step did not end well." };
}

function planOf(story: Story, count: number): object {
  const place = story === "half" ? "pair" : story === "free" ? "free" : "production";
  const scale = (deployment: string, replicas: number) => [
    "scale",
    `deployment/${deployment}`,
    `--replicas=${replicas}`,
    "-n",
    place,
    ...(story === "free" ? ["--context=fake"] : []),
  ];
  // A shell: no policy lets that through.
  const shell = ["exec", "deployment/failed-1", "-n", place, "--", "sh"];
  return {
    summary: `The story ${story}.`,
    plan: PLANS[story].map((deployment, index) => ({
      step: index + 1,
      description: `Step ${index + 1} of ${story}`,
      tool: "kubectl",
      args: story === "failed" ? shell : scale(deployment, deployment === "second-lingering-2" ? 2 : count),
      dir: "",
      risk: "medium",
      rollback: { tool: "kubectl", args: scale(deployment, 2), dir: "" },
    })),
    risk_level: "medium",
    risk_reason: "scripted",
    questions: [],
  };
}
