import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Change } from "#change/change.ts";
import { type Program, planOf } from "#test/support/program.ts";
import { type Case, type Hotfix, type Manifest, valueAt } from "./case.ts";
import { byHand, nodeOf, objectAt, seedCluster, standing } from "./cluster.ts";
import { differing } from "./compare.ts";

/** The rules cases run under. */
export const POLICY = "version: 1\ndeadlines:\n  settle_seconds: 20\n";

/** How a case is tried: alone, or with somebody's hotfix between the run and its rollback. */
export type Variant = "plain" | "same" | "other";

/** What came of it. `differs`: the paths that are not as before, without the hotfix's own. */
export type Ended = {
  /** By the definition: taken back where it can be, told where it cannot, and nothing of others lost. */
  isRight: boolean;
  /** Whether what somebody did meanwhile is gone. */
  isOverwritten: boolean;
  isRestored: boolean;
  says: string;
};

/** Where cases are tried: the whole program, on the stand-in cluster. */
export type Place = {
  program: Program;
  stateFile: string;
  workspace: string;
  /** What the Planner answers, by the request. */
  plans: Map<string, object>;
};

/** The place that a program started for tests has. Its model plans what it is told to, and leaves each outcome to a person. */
export function placeOf(program: Program): Place {
  const plans = new Map<string, object>();
  const says = { result: "needs_human", notes: "Somebody should look." };
  program.model.obey(({ agent, user }) =>
    agent === "reviewer" ? says : [...plans].find(([request]) => user.includes(request))?.[1],
  );
  const sample = join(program.config.dataDir, "sample");
  return {
    program,
    stateFile: join(sample, "cluster", "cluster.json"),
    workspace: join(sample, "sample-workspace"),
    plans,
  };
}

/** Which of the variants a case has. */
export function variantsOf({ same, other }: Case): Variant[] {
  return [
    "plain",
    ...(same === undefined ? [] : ["same" as const]),
    ...(other === undefined ? [] : ["other" as const]),
  ];
}

/** Plans, approves and runs the case, lets the hotfix happen, has an operator roll it back, and holds what stands against what stood. */
export async function restore(place: Place, one: Case, variant: Variant, namespace: string): Promise<Ended> {
  const { program, stateFile } = place;
  await seed(place, one, namespace);
  const before = await standing(stateFile, namespace);
  const ran = await run(place, one, namespace);
  if (ran.status !== "needs_person") return notRight(`ran to ${saysOf(ran)}`);
  const hotfix = variant === "plain" ? null : fill(one[variant] ?? null, namespace);
  await apply(stateFile, namespace, hotfix);
  await program.decide(ran, "roll_back");
  const ended = await untilAsked(program, ran);
  const isKept = await stands(stateFile, namespace, hotfix);
  const own = ownPath(hotfix);
  const all = differing(before, await standing(stateFile, namespace), { made: one.verb === "delete" });
  const differs = all.filter((path) => own === null || !`${own}.`.startsWith(`${path}.`));
  const isRestored = ended.status === "rolled_back";
  const isRight =
    isKept &&
    (variant === "same" || one.standing === true ? !isRestored : isRestored && differs.length === 0);
  // Nobody may have more than twenty changes that wait.
  if (ended.status === "needs_person") await program.decide(ended, "accept");
  const steps = (await program.ran(ran.id)).join(", ");
  const says = `${saysOf(ended)}; ${steps}; differs: ${all.join(", ") || "nothing"}`;
  return { isRight, isOverwritten: !isKept, isRestored, says };
}

/** Puts what a case needs into the cluster and the workspace. */
export async function seed({ stateFile, workspace }: Place, one: Case, namespace: string): Promise<void> {
  await seedCluster(stateFile, namespace, fill(one.seed, namespace), one.seededBy ?? "create");
  for (const line of one.first ?? []) await byHand(stateFile, ...line.split(" "), "-n", namespace);
  const folder = join(workspace, namespace);
  await mkdir(folder, { recursive: true });
  for (const [name, manifests] of Object.entries(one.files ?? {})) {
    const placed = manifests.map((manifest) => ({
      ...manifest,
      metadata: { ...manifest.metadata, namespace },
    }));
    await writeFile(
      join(folder, `${name}.yaml`),
      placed.map((manifest) => JSON.stringify(manifest)).join("\n---\n"),
    );
  }
}

/** Asks for the plan of a case and approves it; how the change stands once it has run. */
export async function run({ program, plans }: Place, one: Case, namespace: string): Promise<Change> {
  const steps = one.steps.map((line): [string, null] => {
    const placed = line.replaceAll("a.yaml", `${namespace}/a.yaml`).replaceAll("NODE", nodeOf(namespace));
    return [/NODE/.test(line) ? placed : `${placed} -n ${namespace}`, null];
  });
  plans.set(`${one.name} in ${namespace}`, planOf(steps));
  const waiting = await program.ask(`${one.name} in ${namespace}`);
  if (waiting.status !== "waiting") return waiting;
  await program.decide(waiting, "approve");
  return program.until(waiting.id, "done", "failed", "needs_person", "rolled_back", "expired");
}

/** Until the rollback is over, or a person is asked anew. */
export async function untilAsked(program: Program, asked: Change): Promise<Change> {
  for (;;) {
    const change = await program.until(asked.id, "rolled_back", "failed", "done", "needs_person", "accepted");
    const isNew = change.decisions.length > asked.decisions.length;
    if (change.status !== "needs_person" || isNew) return change;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function apply(stateFile: string, namespace: string, hotfix: Hotfix | null): Promise<void> {
  if (hotfix === null) return;
  if ("anew" in hotfix) return seedCluster(stateFile, namespace, [hotfix.anew], "create");
  const patch = ["--type=merge", "-p", JSON.stringify(hotfix.merge), "--field-manager=hotfix"];
  await byHand(stateFile, "patch", hotfix.on, "-n", namespace, ...patch);
}

async function stands(stateFile: string, namespace: string, hotfix: Hotfix | null): Promise<boolean> {
  if (hotfix === null) return true;
  if ("anew" in hotfix) {
    const { kind, metadata, spec, data } = hotfix.anew as Manifest & { spec?: object; data?: object };
    const found = (await standing(stateFile, namespace)).get(`${kind}/${metadata.name}`);
    return found !== undefined && holds(found.spec ?? found.data, spec ?? data);
  }
  const object = await objectAt(stateFile, namespace, hotfix.on);
  return JSON.stringify(valueAt(object, hotfix.path)) === JSON.stringify(hotfix.value);
}

/** Whether all that was given is there; the server adds to it. */
function holds(found: unknown, given: unknown): boolean {
  if (typeof given !== "object" || given === null) return found === given;
  if (typeof found !== "object" || found === null) return false;
  return Object.entries(given).every(([key, value]) => holds(Reflect.get(found, key), value));
}

function ownPath(hotfix: Hotfix | null): string | null {
  if (hotfix === null || "anew" in hotfix) return null;
  const [type = "", name = ""] = hotfix.on.split("/");
  const kinds: Record<string, string> = {
    deployment: "Deployment",
    configmap: "ConfigMap",
    service: "Service",
    hpa: "HorizontalPodAutoscaler",
    pdb: "PodDisruptionBudget",
    cronjob: "CronJob",
    ingress: "Ingress",
    statefulset: "StatefulSet",
    daemonset: "DaemonSet",
    node: "Node",
  };
  return [`${kinds[type] ?? type}/${name}`, ...hotfix.path].join(".");
}

function fill<T>(value: T, namespace: string): T {
  return JSON.parse(JSON.stringify(value).replaceAll("NODE", nodeOf(namespace))) as T;
}

function notRight(says: string): Ended {
  return { isRight: false, isOverwritten: false, isRestored: false, says };
}

/** How a change stands, for a failure's message. */
export function saysOf(change: Change): string {
  return `${change.status}: ${change.error ?? change.review?.notes ?? ""}`;
}
