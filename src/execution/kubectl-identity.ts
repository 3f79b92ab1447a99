import { z } from "zod";
import type { Command, Plan } from "#change/plan.ts";
import type { Look } from "#execution/previews/look.ts";
import { clusterLineOf } from "#policy/kubectl/name-context.ts";
import { parseJson } from "./kubeconfig.ts";
import { type Entries, IDENTITY_PARTS } from "./target-identity.ts";

const Entry = z.looseObject({});
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
  users: z.array(z.looseObject({ user: Entry.nullish() })).nullish(),
});

const UNTOLD = ": no kubeconfig says where that is";
/** Of a plan that was made before every command named one. */
const NO_CONTEXT = "kubectl, without a context: the current one decides nothing";
const IDENTITY = /, identity ([0-9a-f.]+)$/;

/** How a kubeconfig is asked for one context, and what names as whom it is reached. */
export type ConfigLooks = {
  view: Look;
  identify: (entries: Entries, command: Command) => Promise<string>;
};

/**
 * Where a plan's kubectl commands run, one sentence for each context they name: server, user and default namespace as
 * the kubeconfig says now, with what names the way there and the login. What cannot be told is said so, and so differs
 * from what can.
 */
export async function kubectlTargets(plan: Plan, looks: ConfigLooks): Promise<string[]> {
  const commands = plan.plan.flatMap((step): Command[] =>
    step.rollback === null ? [step] : [step, step.rollback],
  );
  const places = new Map<string, { context: string | null; command: Command }>();
  for (const command of commands) {
    const line = clusterLineOf(command);
    if (line === null) continue;
    const { context, namespace, allNamespaces } = line;
    // A namespace may be another environment's, which may bring a kubeconfig of its own (in_cluster).
    places.set(JSON.stringify([context, namespace, allNamespaces]), { context, command });
  }
  const targets = [...places.values()].map(({ context, command }) =>
    context === null ? NO_CONTEXT : targetOf(context, command, looks),
  );
  return [...new Set(await Promise.all(targets))].toSorted((one, other) => (one < other ? -1 : 1));
}

/** Whether this sentence says that it could not be told where that is, which may be so for a moment only. */
export function isUntold(target: string): boolean {
  return target.endsWith(UNTOLD);
}

/** The sentence for people: without what only names as whom, which nobody can read. */
export function shownTarget(target: string): string {
  return target.replace(IDENTITY, "");
}

/** Why commands that would run there are not those a plan was made for, in a sentence. */
export function whyElsewhere(target: string, approved: readonly string[]): string {
  if (target === NO_CONTEXT)
    return "A command of this plan names no context, since it was planned by an earlier version of Greenlight; the current context decides nothing.";
  const shown = shownTarget(target);
  const before = approved.find((one) => shownTarget(one) === shown);
  if (before === undefined)
    return `The commands would run somewhere else than the plan was made for: ${shown}.`;
  const [now, then] = [target, before].map((one) => IDENTITY.exec(one)?.[1]?.split(".") ?? []);
  const others = IDENTITY_PARTS.filter((_, index) => now?.[index] !== then?.[index]);
  if (then?.length === 0 || others.length === 0)
    return "This plan was made by an earlier version of Greenlight, which did not bind as whom it runs.";
  return `The kubeconfig is another one than the plan was made with: of ${shown}, ${others.join(" and ")} has changed.`;
}

async function targetOf(context: string, command: Command, looks: ConfigLooks): Promise<string> {
  const named = `context ${context}`;
  // Raw, since what is hidden cannot be compared: it is hashed at once, and goes nowhere else.
  const args = ["config", "view", "--minify", "--raw", "--output=json", `--context=${context}`];
  const looked = await looks.view(args, command);
  if (!looked.ok) return `kubectl, ${named}${UNTOLD}`;
  const read = MinifiedConfig.safeParse(parseJson(looked.stdout));
  if (!read.success) return `kubectl, ${named}${UNTOLD}`;
  const { clusters, contexts, users } = read.data;
  const [cluster, own, user] = [clusters[0]?.cluster ?? {}, contexts[0]?.context, users?.[0]?.user ?? {}];
  const as = typeof user["as"] === "string" && user["as"] !== "" ? ` (impersonating ${user["as"]})` : "";
  const where = `${withoutLogin(clusters[0]?.cluster.server ?? "")}, as ${own?.user ?? "nobody"}${as}`;
  const identity = await looks.identify({ cluster, user }, command);
  return `kubectl, ${named} (${read.data["current-context"]}): ${where}, namespace ${own?.namespace ?? "default"} unless named, identity ${identity}`;
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
