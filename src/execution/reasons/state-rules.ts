import { inNamespace, oneOf, type Rule, TARGET } from "./rule.ts";
import { inQuotes, name } from "./words.ts";

/** What is there is not as the command needs it. */
export const STATE_RULES: readonly Rule[] = [
  {
    kind: "not found",
    said: /^namespaces "([^"\n]{0,253})" not found/,
    why: ([namespace = ""]) => `Not found: there is no namespace ${name(namespace)}.`,
  },
  {
    kind: "not found",
    said: new RegExp(`^${TARGET} not found`),
    why: ([kind = "", what = ""], known) =>
      `Not found: there is no ${oneOf(kind)} ${name(what)}${inNamespace(kind, known)}.`,
  },
  {
    kind: "not found",
    said: /^the path "([^"\n]{1,500})" does not exist/,
    why: ([path = ""]) => `Not found: there is no file ${name(path)} in the workspace.`,
  },
  {
    kind: "not found",
    said: /^no matching resources found/,
    why: (_, known) => `Not found: nothing matches${inNamespace("", known)}.`,
  },
  {
    kind: "not found",
    said: /^unable to find container named "([^"\n]{1,253})"/,
    why: ([container = ""]) => `Not found: there is no container ${name(container)}.`,
  },
  {
    kind: "exists",
    said: new RegExp(`^${TARGET} already exists`),
    why: ([kind = "", what = ""], known) =>
      `Already there: the ${oneOf(kind)} ${name(what)} exists${inNamespace(kind, known)}, so it cannot be created.`,
  },
  {
    kind: "conflict",
    said: new RegExp(`^Operation cannot be fulfilled on ${TARGET}: ([\\s\\S]*)`),
    why: ([kind = "", what = ""]) =>
      `Conflict: the ${oneOf(kind)} ${name(what)} was changed by somebody else in the meantime, so this was refused.`,
  },
  {
    kind: "conflict",
    said: /^Apply failed with \d{1,6} conflicts?: conflicts? with "([^"\n]{1,253})"(?: with subresource "[^"\n]{1,100}")?(?: using \S{1,100})?:\s*([\s\S]*?)(?:\nPlease review the fields above|$)/,
    why: ([manager = "", fields = ""]) =>
      `Conflict: ${name(manager)} owns what this would set: ${inQuotes(fields.replace(/^- /gm, ""))}.`,
  },
  {
    kind: "conflict",
    said: /^Expected replicas to be (\d{1,9}), was (\d{1,9})/,
    why: ([wanted = "", found = ""]) =>
      `Conflict: this was for ${wanted} replicas, and there are ${found} now.`,
  },
  {
    kind: "exists",
    said: /^'([^'\n]{1,317})' already has a value \(([^\n]{0,500})\), and --overwrite is false/,
    why: ([key = "", value = ""]) => `Already set: ${name(key)} has the value ${inQuotes(value)}.`,
  },
  {
    kind: "not found",
    said: /^no rollout history found for deployment "([^"\n]{1,253})"/,
    why: ([what = ""]) => `Not found: the deployment ${name(what)} has no earlier revision to go back to.`,
  },
  {
    kind: "progress",
    said: /^deployment "([^"\n]{1,253})" exceeded its progress deadline/,
    why: ([what = ""]) => `The rollout of ${name(what)} made no progress within its deadline.`,
  },
  {
    kind: "drain",
    said: /^unable to drain node "([^"\n]{1,253})" due to error: error when evicting pods\/"([^"\n]{1,253})" -n "([^"\n]{1,253})": global timeout reached: (\S{1,30}?)(?:[,\n]|$)/,
    why: ([node = "", pod = "", namespace = "", time = ""]) =>
      `The node ${name(node)} was not drained: the pod ${name(pod)} in the namespace ${name(namespace)} could not be evicted in ${name(time)}. A disruption budget may not allow it.`,
  },
  {
    kind: "drain",
    said: /^unable to drain node "([^"\n]{1,253})" due to error: (?:cannot delete )?([^\n]*?)(?:, continuing command\.\.\.)?(?:\n|$)/,
    why: ([node = "", words = ""]) => `The node ${name(node)} was not drained: ${inQuotes(words)}.`,
  },
  {
    kind: "server timeout",
    said: /^the server was unable to return a response in the time allotted/,
    why: () =>
      "The cluster's server did not finish in time. It may still have done what was asked: look before it is tried again.",
  },
  {
    kind: "server busy",
    said: /^the server (?:is currently unable to handle the request|has received too many requests)/,
    why: () => "The cluster's server is overloaded or not ready, and refused the request.",
  },
];
