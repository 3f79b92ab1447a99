/** How dangerous a step is, in the wire's words. */
export type Risk = "low" | "medium" | "high";
/** One command as the wire has it. */
export type Command = { tool: "kubectl" | "terraform"; args: string[]; dir: string };
/** A step before it has its number. */
export type Draft = Command & { description: string; risk: Risk; rollback: Command | null };

/** Seconds a rollout is waited for; short, so that a stuck one is told while somebody is looking. */
const ROLLOUT_TIMEOUT_SECONDS = 30;
/** The count to go back to when the request does not say where it starts. */
const GUESSED_REPLICAS = 3;

/** Scales a deployment and waits for it; the way back is the count the request starts from, or a guess. */
export function scale(name: string, to: number, from: number | null, namespace: string): Draft[] {
  const args = (count: number) => ["scale", `deployment/${name}`, `--replicas=${count}`, "-n", namespace];
  const step = draft(
    `Scale ${name} to ${to} replicas in ${namespace}`,
    to === 0 ? "high" : "medium",
    args(to),
  );
  return [{ ...step, rollback: kubectl(args(from ?? GUESSED_REPLICAS)) }, waitFor(name, namespace)];
}

/** Restarts a deployment's pods one by one and waits; the way back is its template before. */
export function restart(name: string, namespace: string): Draft[] {
  const args = ["rollout", "restart", `deployment/${name}`, "-n", namespace];
  const step = draft(`Restart ${name} in ${namespace}`, "medium", args);
  return [{ ...step, rollback: undoCommand(name, namespace) }, waitFor(name, namespace)];
}

/** Puts another image on a deployment; its container bears the deployment's name unless another is known. */
export function setImage(name: string, image: string, namespace: string, container = name): Draft[] {
  const args = ["set", "image", `deployment/${name}`, `${container}=${image}`, "-n", namespace];
  const step = draft(`Set the image of ${name} to ${image} in ${namespace}`, "medium", args);
  return [{ ...step, rollback: undoCommand(name, namespace) }, waitFor(name, namespace)];
}

/** Gives a deployment's containers a variable. */
export function setEnv(name: string, key: string, value: string, namespace: string): Draft[] {
  const args = ["set", "env", `deployment/${name}`, `${key}=${value}`, "-n", namespace];
  const step = draft(`Set ${key} of ${name} in ${namespace}`, "medium", args);
  return [{ ...step, rollback: undoCommand(name, namespace) }, waitFor(name, namespace)];
}

/** Goes back to the revision before, or to a named one. */
export function undo(name: string, revision: string | undefined, namespace: string): Draft[] {
  const command = undoCommand(name, namespace);
  const args = revision === undefined ? command.args : [...command.args, `--to-revision=${revision}`];
  const step = draft(`Roll ${name} back in ${namespace}`, "medium", args);
  return [{ ...step, rollback: command }, waitFor(name, namespace)];
}

/** Deletes an object; nothing brings it back. */
export function remove(kind: string, name: string, namespace: string): Draft[] {
  return [
    draft(`Delete the ${kind} ${name} in ${namespace}`, "high", ["delete", kind, name, "-n", namespace]),
  ];
}

/** Merges a patch into an object. */
export function patch(kind: string, name: string, namespace: string, body: object): Draft {
  const args = ["patch", kind, name, "-n", namespace, "--type=merge", "-p", JSON.stringify(body)];
  return draft(`Change the ${kind} ${name} in ${namespace}`, "medium", args);
}

/** Any other command of kubectl that goes back by itself. */
export function plain(description: string, risk: Risk, args: string[]): Draft {
  return draft(description, risk, args);
}

/** Any reading command of kubectl. */
export function read(description: string, args: string[], namespace: string): Draft[] {
  return [draft(`${description} in ${namespace}`, "low", [...args, "-n", namespace])];
}

/** Applies a manifest of the workspace; the namespace is the file's own unless the request names one. */
export function applyManifest(file: string, namespace: string | null): Draft[] {
  const args = ["apply", "-f", file, ...(namespace === null ? [] : ["-n", namespace])];
  return [draft(`Apply the manifest ${file}`, "medium", args)];
}

/** Plans or applies a terraform root; whoever runs it sees to `init`. */
export function terraform(verb: "plan" | "apply", dir: string): Draft[] {
  const run = (args: string[]): Command => ({ tool: "terraform", args, dir });
  const main =
    verb === "plan" ? run(["plan", "-input=false"]) : run(["apply", "-input=false", "-auto-approve"]);
  const description =
    verb === "plan" ? `Show what terraform would change in ${dir}` : `Apply terraform in ${dir}`;
  return [{ ...main, description, risk: verb === "plan" ? "low" : "high", rollback: null }];
}

/** Waits until a deployment's pods are the new ones, and ready. */
export function waitFor(name: string, namespace: string): Draft {
  const timeout = `--timeout=${ROLLOUT_TIMEOUT_SECONDS}s`;
  const args = ["rollout", "status", `deployment/${name}`, "-n", namespace, timeout];
  return draft(`Wait until ${name} is rolled out`, "low", args);
}

function undoCommand(name: string, namespace: string): Command {
  return kubectl(["rollout", "undo", `deployment/${name}`, "-n", namespace]);
}

function draft(description: string, risk: Risk, args: string[]): Draft {
  return { ...kubectl(args), description, risk, rollback: null };
}

function kubectl(args: string[]): Command {
  return { tool: "kubectl", args, dir: "" };
}
