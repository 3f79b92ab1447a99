import type { Policy } from "#policy/document.ts";
import { kindOf } from "#policy/manifests/kinds.ts";
import type { TouchedEnvironments } from "./environments.ts";
import type { KubectlLine } from "./line.ts";
import { REFUSED_VERBS } from "./refused.ts";
import { RULES } from "./rules.ts";

/**
 * The verbs that `lower` in a policy file may name, each with the flags a lowered line may have. With any other flag it
 * forces, takes data along, or reaches what no word names.
 */
const LOWERED: Readonly<Record<string, ReadonlySet<string>>> = {
  delete: flags("ignore-not-found output wait"),
  cordon: flags(""),
  uncordon: flags(""),
  drain: flags("grace-period ignore-daemonsets"),
  taint: flags("overwrite"),
};

/** What may be deleted so: kinds that can be made again from their definition, and that nothing else hangs on. */
const DELETED = new Set([
  ...["deployments", "daemonsets", "replicasets", "replicationcontrollers", "pods"],
  ...["jobs", "cronjobs", "configmaps", "horizontalpodautoscalers"],
]);

/** Which rule of the policy makes this line's verb medium instead of high, in words; null where none does. */
export function loweredBy(line: KubectlLine, touched: TouchedEnvironments, policy: Policy): string | null {
  const allowed = Object.hasOwn(LOWERED, line.verb) ? LOWERED[line.verb] : undefined;
  const { environment, touches } = touched;
  if (allowed === undefined || environment === null) return null;
  const isNamed = line.resources.length > 0 && line.resources.every(({ name }) => name !== null);
  if (!isNamed || ![...line.flags.keys()].every((name) => allowed.has(name))) return null;
  const kinds = line.resources.map(({ kind }) => kindOf(kind)?.name ?? "");
  if (line.verb === "delete" && !kinds.every((kind) => DELETED.has(kind))) return null;
  const rule = policy.lower.find(
    (one) =>
      one.verbs.includes(`kubectl ${line.verb}`) &&
      [environment, ...touches].every((name) => one.environments.includes(name)) &&
      (one.kinds.length === 0 ||
        kinds.every((kind) => one.kinds.some((word) => kindOf(word)?.name === kind))),
  );
  return rule === undefined ? null : `which the policy holds to be medium in ${environment}`;
}

/** Why no rule may lower this command, "kubectl delete" or "terraform apply", or null. */
export function whyNotLowered(named: string): string | null {
  if (named.startsWith("terraform"))
    return `${named} may delete data and touch identities or networks, and only its saved plan says what: nothing lowers it`;
  const verb = named.replace(/^kubectl /, "");
  if (Object.hasOwn(LOWERED, verb)) return null;
  if (Object.hasOwn(REFUSED_VERBS, verb)) return `${named} is refused, and nothing lowers what is refused`;
  if (IDENTITY.test(verb)) return `${named} touches identities, and nothing lowers that`;
  if (NETWORK.test(verb)) return `${named} touches networking, and nothing lowers that`;
  const rule = Object.hasOwn(RULES, verb) ? RULES[verb] : undefined;
  if (rule !== undefined && rule.risk !== "high")
    return `${named} is not high by itself: what makes one of its lines high is what the line says, and nothing lowers that`;
  return `${named} is not among the commands that can be lowered: ${Object.keys(LOWERED)
    .map((one) => `kubectl ${one}`)
    .join(", ")}`;
}

/** Why no rule may lower deleting objects of this kind, or null. */
export function whyNotLoweredKind(word: string): string | null {
  const kind = kindOf(word);
  if (kind === null)
    return `${word} is no kind that Greenlight knows, so it may hold data: nothing lowers deleting it`;
  if (DELETED.has(kind.name)) return null;
  if (/^(secrets|serviceaccounts|certificatesigningrequests)$|role|webhook|admission/.test(kind.name))
    return `${word} are identities, access or what decides about them: nothing lowers deleting them`;
  if (/^(services|endpoints|endpointslices)$|ingress|networkpol|gateway|route/.test(kind.name))
    return `${word} are networking: nothing lowers deleting them`;
  if (/^(namespaces|persistent.*|statefulsets|customresourcedefinitions|.*storage.*)$/.test(kind.name))
    return `${word} hold data, or all that is in them goes along: nothing lowers deleting them`;
  return `${word} are more than one service's: nothing lowers deleting them`;
}

const IDENTITY =
  /^(auth|certificate)\b|^create (clusterrole|clusterrolebinding|role|rolebinding|secret|serviceaccount|token)\b|^set (serviceaccount|subject)$/;
const NETWORK = /^(expose|set selector)$|^create (ingress|service)\b/;

function flags(own: string): ReadonlySet<string> {
  const names = `namespace context timeout request-timeout ${own}`.trim().split(" ");
  return new Set(names.map((name) => `--${name}`));
}
