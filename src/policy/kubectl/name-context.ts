import { argvOf, type Command, type Plan, type Step } from "#change/plan.ts";
import type { AnsweredQuestion, Question } from "#change/planning/question.ts";
import { contextsOf, listedContexts, type Policy } from "#policy/document.ts";
import type { Files } from "#policy/files.ts";
import { spotsOf } from "./environments.ts";
import { readInputs } from "./inputs.ts";
import { flagOf, type KubectlLine, readKubectl } from "./line.ts";

/** What the contexts are chosen from: those of the kubeconfig, and what was answered to questions about them. */
export type Known = {
  policy: Policy;
  files: Files;
  contexts: readonly string[];
  answers: readonly AnsweredQuestion[];
};

/** A plan of which every command that reaches a cluster names its context; or why it cannot, or what has to be asked first. */
export type Named = { ok: true; plan: Plan } | { ok: false; reason: string; questions: Question[] };

/**
 * Names the context of every command that leaves it open, and of its way back the same. Chosen from the environment whose
 * namespace the command names, never from the kubeconfig's current context: somebody may switch that at any time.
 */
export function nameContexts(plan: Plan, known: Known): Named {
  const steps: Step[] = [];
  const questions = new Map<string, Question>();
  for (const step of plan.plan) {
    const named = nameStep(step, known);
    if ("step" in named) steps.push(named.step);
    else if ("question" in named) questions.set(named.question.text, named.question);
    else return { ok: false, reason: named.reason, questions: [] };
  }
  const [first] = questions.values();
  if (first === undefined) return { ok: true, plan: { ...plan, plan: steps } };
  return { ok: false, reason: first.text, questions: [...questions.values()].slice(0, MAX_QUESTIONS) };
}

/** Whether a plan has a command that reaches a cluster. */
export function needsContexts(plan: Plan): boolean {
  return plan.plan.some((step) =>
    [step, step.rollback].some((one) => one !== null && clusterLineOf(one) !== null),
  );
}

/** A kubectl command as it is read, where it reaches a cluster; null for all others, and for what policy refuses anyway. */
export function clusterLineOf(command: Command): KubectlLine | null {
  if (command.tool !== "kubectl") return null;
  const read = readKubectl(command.args);
  return read.ok && reachesCluster(read.line) ? read.line : null;
}

const MAX_QUESTIONS = 3;
const MAX_CHOICES = 5;

function reachesCluster(line: KubectlLine): boolean {
  const { verb } = line;
  if (verb === "kustomize" || verb.startsWith("config ")) return false;
  if (verb === "version") return flagOf(line, "--client") !== "true";
  return !(verb === "set image" || verb === "set resources") || flagOf(line, "--local") !== "true";
}

type Chosen = { context: string } | { question: Question } | { reason: string };

function nameStep(step: Step, known: Known): { step: Step } | Exclude<Chosen, { context: string }> {
  const line = clusterLineOf(step);
  const own = line === null ? null : contextOf(step, line, known);
  if (own !== null && !("context" in own)) return own;
  const forward = own === null ? step : withContext(step, own.context);
  const { rollback } = step;
  const backLine = rollback === null ? null : clusterLineOf(rollback);
  if (rollback === null || backLine === null) return { step: forward };
  if (own !== null && backLine.context !== null && backLine.context !== own.context) {
    return {
      reason: `The way back of step ${step.step}, ${argvOf(rollback).join(" ")}, is in another context than the step itself (${own.context}): what was done there is not taken back elsewhere.`,
    };
  }
  const back = own ?? contextOf({ ...step, ...rollback }, backLine, known);
  if (!("context" in back)) return back;
  return { step: { ...forward, rollback: withContext(rollback, back.context) } };
}

function contextOf(step: Step, line: KubectlLine, known: Known): Chosen {
  const { contexts, policy } = known;
  const [only, another] = contexts;
  const what = `Step ${step.step}, ${argvOf(step).join(" ")},`;
  const { context } = line;
  if (only === undefined) {
    return {
      reason: `${what} reaches a cluster, and no kubeconfig has a context. Name one with KUBECONFIG.`,
    };
  }
  if (context === null) {
    return another === undefined ? theOnly(what, only, policy) : fromEnvironment(what, step, line, known);
  }
  if (!contexts.includes(context)) {
    return { reason: `${what} names the context ${context}, and the kubeconfig has ${list(contexts)}.` };
  }
  if (another !== undefined && !listedContexts(policy).has(context)) {
    return {
      reason: `${what} names the context ${context}, which the policy does not name. ${writeIt(policy)}`,
    };
  }
  return { context };
}

function theOnly(what: string, only: string, policy: Policy): Chosen {
  if (only === policy.onlyContext || listedContexts(policy).has(only)) return { context: only };
  return {
    reason: `${what} would run in ${only}, the only context of the kubeconfig by now, which the policy does not name. List it there under contexts, or start Greenlight again.`,
  };
}

/** Where the kubeconfig has several: by the environments of the namespaces the command names. */
function fromEnvironment(what: string, step: Step, line: KubectlLine, known: Known): Chosen {
  const { contexts, policy, files } = known;
  const { objects } = readInputs(line, step.dir, files, policy);
  const spots = spotsOf(line, objects, false).filter((spot) => spot !== null);
  const told = spots.map((spot) => contextsFor(spot, policy)).filter((one) => one !== null);
  const usual = policy.default_context;
  if (told.length === 0) return usual === null ? left(what, known) : theDefault(what, usual, contexts);
  const fits = contexts.filter((name) => told.every(({ listed, isOpen }) => isOpen || listed.includes(name)));
  const [first, second] = fits;
  if (first === undefined) {
    const wanted = [...new Set(told.flatMap(({ listed }) => listed))];
    return {
      reason: `${what} belongs by its namespace (${spots.join(", ")}) to ${list(wanted)}, and the kubeconfig has no context that fits all of it: it has ${list(contexts)}.`,
    };
  }
  if (second === undefined) return { context: first };
  if (usual !== null && fits.includes(usual)) return { context: usual };
  const choices = fits.filter((name) => listedContexts(policy).has(name));
  return choices.length < 2 ? left(what, known) : answered(spots, choices, known.answers);
}

/** The contexts of the environments that have a namespace; null: none of them has contexts of its own. `isOpen`: one of them has none. */
function contextsFor(spot: string, policy: Policy): { listed: string[]; isOpen: boolean } | null {
  const lists = Object.values(policy.environments)
    .filter(({ namespaces }) => namespaces.includes(spot))
    .map(contextsOf);
  const listed = lists.flat();
  return listed.length === 0 ? null : { listed, isOpen: lists.some(({ length }) => length === 0) };
}

function theDefault(what: string, usual: string, contexts: readonly string[]): Chosen {
  if (contexts.includes(usual)) return { context: usual };
  return {
    reason: `${what} leaves its context open, and default_context of the policy is ${usual}, which the kubeconfig has not: it has ${list(contexts)}.`,
  };
}

function left(what: string, { policy, contexts }: Known): Chosen {
  return {
    reason: `${what} does not say in which cluster, and the kubeconfig has ${contexts.length} contexts: ${list(contexts)}. The current one decides nothing. ${writeIt(policy)}`,
  };
}

function writeIt(policy: Policy): string {
  const listed = [...listedContexts(policy)];
  const [first] = listed;
  const inPolicy = "name one under default_context in the policy";
  return first === undefined
    ? `List the contexts in the policy (under contexts, or of an environment), and ask again with one of them, or ${inPolicy}.`
    : `Ask again with the context, such as "in the context ${first}" (the policy names ${list(listed)}), or ${inPolicy}.`;
}

function answered(spots: readonly string[], choices: string[], answers: readonly AnsweredQuestion[]): Chosen {
  const text = `Which cluster is meant by the namespace ${[...new Set(spots)].join(", ")}: ${list(choices)}?`;
  const said = answers.findLast(
    ({ question, answer }) => question === text && choices.includes(answer.trim()),
  );
  if (said !== undefined) return { context: said.answer.trim() };
  return { question: { text, choices: choices.slice(0, MAX_CHOICES) } };
}

/** Behind a `--` it would be a word of another kind. */
function withContext<C extends Command>(command: C, context: string): C {
  if (clusterLineOf(command)?.context !== null) return command;
  const { args } = command;
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  return { ...command, args: args.toSpliced(end, 0, `--context=${context}`) };
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.slice(0, 10).join(", ");
}
