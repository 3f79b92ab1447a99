import type { Command, Plan, Risk, Step } from "#change/plan.ts";
import { assessPlan } from "#policy/assess.ts";
import { judge } from "#policy/judge.ts";
import { readCorpusPolicy } from "./corpus.ts";
import { argvs } from "./fuzz-rounds.ts";
import { chance, pick, type Random, seeded } from "./random.ts";

const policy = readCorpusPolicy();

const risks: readonly Risk[] = ["low", "medium", "high"];

/** Flags that make a command more dangerous, if the verb knows them at all. */
const riskyFlags = {
  kubectl:
    "--force --prune --all --all-namespaces --force-conflicts --grace-period=0 --now --privileged --dry-run=none --namespace=kube-system --raw=/api --watch --follow --as=root --token=x --server=https://x --kubeconfig=x --insecure-skip-tls-verify --replicas=0 --current-replicas=-1 --min=0 --output=yaml --resolve --from=secret/db --filename=https://x/y.yaml --kustomize=../x --timeout=-1s --overrides={} --attach --context=other --remove-extra-permissions".split(
      " ",
    ),
  terraform:
    "-destroy -upgrade -update -auto-approve -lock=false -state=x -state-out=x -backup=x -out=/x -var-file=../x -json -raw -force -reconfigure -migrate-state -force-copy -backend-config=x -from-module=x -plugin-dir=x -replace=a.b -write=true -check=false -generate-config-out=x -refresh-only".split(
      " ",
    ),
};
const targets = {
  kubectl: [
    "other",
    "secret/db",
    "node/worker-1",
    "deploy/other",
    "svc/other",
    "pods/other",
    "clusterrole/admin",
  ],
  terraform: ["other", "module.db", "../x"],
};

const allowed: Command[] = argvs.flatMap(([tool, ...args]) => {
  if (tool !== "kubectl" && tool !== "terraform") return [];
  const command = { tool, args, dir: "" } as const;
  return judge(command, policy, null).decision === "allow" ? [command] : [];
});

/** Cases in which a plan grew and its risk fell: none, if the rules hold. */
export function growPlans(cases: number, seed: number): { shrunk: string[]; refused: number } {
  const random = seeded(seed);
  const shrunk: string[] = [];
  let refused = 0;
  for (let index = 0; index < cases; index++) {
    const plan = somePlan(random);
    const before = heldBack(plan);
    const grown = grow(plan, random);
    const after = heldBack(grown);
    if (after === 3) refused++;
    if (after < before) shrunk.push(`${before} -> ${after}: ${tell(plan)} => ${tell(grown)}`);
  }
  return { shrunk, refused };
}

function heldBack(plan: Plan): number {
  const assessed = assessPlan(plan, policy, null, []);
  return assessed.ok ? risks.indexOf(assessed.risk) : 3;
}

function somePlan(random: Random): Plan {
  const plan: Step[] = [];
  const count = 1 + Math.floor(random() * 3);
  while (plan.length < count) plan.push(someStep(plan.length + 1, random));
  return {
    summary: "",
    plan,
    risk_level: pick(random, ["low", "low", "medium"]),
    risk_reason: "",
    questions: [],
  };
}

function someStep(step: number, random: Random): Step {
  const command = someCommand(random);
  const rollback = chance(random, 0.3) ? someCommand(random) : null;
  return { ...command, step, description: "", risk: "low", rollback };
}

/** A command that is allowed on its own: a plan with a refused one could not be held back more. */
function someCommand(random: Random): Command {
  return pick(random, allowed);
}

function grow(plan: Plan, random: Random): Plan {
  const at = Math.floor(random() * plan.plan.length);
  const steps = [...plan.plan];
  const step = steps[at];
  if (step === undefined) return plan;
  switch (Math.floor(random() * 5)) {
    case 0:
      steps.splice(Math.floor(random() * (steps.length + 1)), 0, someStep(0, random));
      break;
    case 1:
      steps[at] = { ...step, args: withWord(step, pick(random, riskyFlags[step.tool]), random) };
      break;
    case 2:
      steps[at] = { ...step, args: withTarget(step, random) };
      break;
    case 3:
      steps[at] = { ...step, rollback: step.rollback ?? someCommand(random) };
      break;
    default:
      steps[at] = { ...step, risk: pick(random, risks) };
  }
  return { ...plan, plan: steps.map((one, index) => ({ ...one, step: index + 1 })) };
}

/** Before `--` and, for kubectl, in front or at the end; for terraform, right behind the subcommand. */
function withWord(step: Step, word: string, random: Random): string[] {
  if (step.tool === "terraform") {
    const verb = step.args.findIndex((arg) => !arg.startsWith("-"));
    const after = ["state", "workspace", "providers", "metadata"].includes(step.args[verb] ?? "") ? 2 : 1;
    return [...step.args.slice(0, verb + after), word, ...step.args.slice(verb + after)];
  }
  const end = step.args.includes("--") ? step.args.indexOf("--") : step.args.length;
  return chance(random, 0.2)
    ? [word, ...step.args]
    : [...step.args.slice(0, end), word, ...step.args.slice(end)];
}

function withTarget(step: Step, random: Random): string[] {
  if (step.tool === "terraform") return [...step.args, pick(random, targets.terraform)];
  const end = step.args.includes("--") ? step.args.indexOf("--") : step.args.length;
  return [...step.args.slice(0, end), pick(random, targets.kubectl), ...step.args.slice(end)];
}

function tell(plan: Plan): string {
  return plan.plan
    .map(
      (step) =>
        [step.tool, ...step.args].join(" ") +
        (step.rollback === null ? "" : ` <~ ${step.rollback.args.join(" ")}`),
    )
    .join(" ; ");
}
