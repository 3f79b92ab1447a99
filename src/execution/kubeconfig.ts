import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { delimiter } from "node:path";
import { z } from "zod";
import type { Command } from "#change/plan.ts";
import type { Look, LookResult } from "#execution/previews/look.ts";
import type { Policy } from "#policy/document.ts";

const Contexts = z.looseObject({ contexts: z.array(z.looseObject({ name: z.string() })).nullish() });

/** Asks for the whole kubeconfig, with its secrets left out. */
export const VIEW_ARGS = ["config", "view", "--output=json"];

/** Belongs to no environment, so that it is asked with nothing but the kubeconfig of all. */
const VIEW: Command = { tool: "kubectl", args: VIEW_ARGS, dir: "" };

/** The contexts that commands can name: those of the kubeconfig, and `in-cluster` where an environment brings it. Or why nobody can tell. */
export async function findContexts(
  policy: Policy,
  look: Look,
): Promise<{ ok: true; contexts: string[] } | { ok: false; problem: string }> {
  const looked = await look(VIEW_ARGS, VIEW);
  if (!looked.ok) return looked;
  const inCluster = Object.values(policy.environments).some((environment) => environment.in_cluster);
  const contexts = contextsIn(looked.stdout);
  if (contexts === null) return { ok: false, problem: "what kubectl says of its kubeconfig cannot be read" };
  return { ok: true, contexts: [...new Set([...contexts, ...(inCluster ? ["in-cluster"] : [])])] };
}

/** The names in what `kubectl config view` printed; null: it cannot be read. */
export function contextsIn(stdout: string): string[] | null {
  const read = Contexts.safeParse(parseJson(stdout));
  return read.success ? (read.data.contexts ?? []).map(({ name }) => name) : null;
}

/** JSON as kubectl prints it, or null. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Of so many kubeconfigs at a time, each with its few questions. */
const REMEMBERED = 64;

/** Answers a question about the kubeconfig, or asks. */
export type ConfigViews = (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  ask: () => Promise<LookResult>,
) => Promise<LookResult>;

/**
 * Makes a memory for what `kubectl config view` said: nine processes of a change of five steps asked it for a file that had
 * not changed. It reads the files of KUBECONFIG and nothing else, so an answer holds while their bytes do; they are read
 * each time, so that a change is noticed at once.
 */
export function rememberViews(): ConfigViews {
  const known = new Map<string, LookResult>();
  return async (args, env, ask) => {
    if (args[0] !== "config") return ask();
    const key = await keyOf(args, env);
    const found = known.get(key);
    if (found !== undefined) return found;
    const looked = await ask();
    // Written meanwhile, nobody knows which bytes the answer is about.
    if (!looked.ok || (await keyOf(args, env)) !== key) return looked;
    if (known.size >= REMEMBERED) known.clear();
    known.set(key, looked);
    return looked;
  };
}

async function keyOf(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const { PATH, KUBECONFIG = "" } = env;
  const hash = createHash("sha256").update(JSON.stringify([args, PATH, KUBECONFIG]));
  for (const file of KUBECONFIG.split(delimiter)) {
    const bytes = await readFile(file).catch(() => null);
    hash.update(bytes === null ? "none" : `${bytes.length}:`).update(bytes ?? "");
  }
  return hash.digest("hex");
}
