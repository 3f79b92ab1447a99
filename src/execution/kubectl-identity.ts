import { z } from "zod";
import type { Command, Plan } from "../change/plan.ts";
import { readKubectl } from "../policy/kubectl-line.ts";
import type { LookWith } from "./preview-kubectl.ts";

const MinifiedConfig = z.looseObject({
  "current-context": z.string(),
  clusters: z.array(z.looseObject({ cluster: z.looseObject({ server: z.string() }) })).min(1),
  contexts: z
    .array(
      z.looseObject({
        context: z.looseObject({ namespace: z.string().optional(), user: z.string().optional() }),
      }),
    )
    .min(1),
});

const UNTOLD = ": no kubeconfig says where that is";

/**
 * Where a plan's kubectl commands run, one sentence for each context they name: server, user and default namespace as
 * the kubeconfig says now. What cannot be told is said so, and so differs from what can.
 */
export async function kubectlTargets(plan: Plan, look: LookWith): Promise<string[]> {
  const commands = plan.plan.flatMap((step): Command[] =>
    step.rollback === null ? [step] : [step, step.rollback],
  );
  const places = new Map<string, { context: string; command: Command }>();
  for (const command of commands.filter(({ tool }) => tool === "kubectl")) {
    const read = readKubectl(command.args);
    if (!read.ok) continue;
    const { context, namespace, allNamespaces } = read.line;
    // A namespace may be another environment's, which may bring a kubeconfig of its own (in_cluster).
    places.set(JSON.stringify([context, namespace, allNamespaces]), { context: context ?? "", command });
  }
  const targets = [...places.values()].map(({ context, command }) => targetOf(context, command, look));
  return [...new Set(await Promise.all(targets))].toSorted((one, other) => (one < other ? -1 : 1));
}

/** Whether this sentence says that it could not be told where that is, which may be so for a moment only. */
export function isUntold(target: string): boolean {
  return target.endsWith(UNTOLD);
}

async function targetOf(context: string, command: Command, look: LookWith): Promise<string> {
  const named = context === "" ? "the current context" : `context ${context}`;
  const args = [
    "config",
    "view",
    "--minify",
    "-o",
    "json",
    ...(context === "" ? [] : [`--context=${context}`]),
  ];
  const looked = await look(args, command);
  if (!looked.ok) return `kubectl, ${named}${UNTOLD}`;
  const read = MinifiedConfig.safeParse(parseJson(looked.stdout));
  if (!read.success) return `kubectl, ${named}${UNTOLD}`;
  const { clusters, contexts } = read.data;
  const namespace = contexts[0]?.context.namespace ?? "default";
  const user = contexts[0]?.context.user ?? "nobody";
  return `kubectl, ${named} (${read.data["current-context"]}): ${withoutLogin(clusters[0]?.cluster.server ?? "")}, as ${user}, namespace ${namespace} unless named`;
}

const SCHEME = "https://";

/** A name and password in an address are no part of where that is, and kubectl shows them. It takes one without a scheme, too. */
function withoutLogin(server: string): string {
  if (!server.includes("://")) return withoutLogin(SCHEME + server).slice(SCHEME.length);
  const [, scheme = "", rest = ""] = /^([a-z][\w+.-]*:\/\/)(.*)$/is.exec(server) ?? [];
  if (scheme === "" || !rest.includes("@")) return server;
  if (!URL.canParse(server)) return `${scheme}${rest.slice(rest.lastIndexOf("@") + 1)}`;
  const { username, password } = new URL(server);
  if (username === "" && password === "") return server;
  return scheme + rest.replace(/^[^/?#]*@/, "");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
