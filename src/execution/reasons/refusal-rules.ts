import { readInvalidFields } from "./invalid-fields.ts";
import { oneOf, type Rule, TARGET } from "./rule.ts";
import { inQuotes, name } from "./words.ts";

/** Admission comes before the plain `is forbidden`, which may stand around it. */
const ADMISSION: readonly Rule[] = [
  {
    kind: "webhook",
    said: /^admission webhook "([^"\n]{1,253})" denied the request(?: without explanation|: ?([\s\S]*))?/,
    why: ([webhook = "", words = ""]) =>
      `The admission webhook ${name(webhook)} refused it${words.trim() === "" ? " and gave no reason" : `. It says: ${inQuotes(words)}`}.`,
  },
  {
    kind: "webhook away",
    said: /^Internal error occurred: failed calling webhook "([^"\n]{1,253})": ([\s\S]*)/,
    why: ([webhook = "", words = ""]) =>
      `The admission webhook ${name(webhook)} could not be asked, so the cluster refused it: ${inQuotes(words)}.`,
  },
  {
    kind: "admission policy",
    said: new RegExp(
      `^(?:${TARGET} is forbidden: )?ValidatingAdmissionPolicy '([^'\\n]{1,253})' with binding '([^'\\n]{1,253})' denied request: ([\\s\\S]*)`,
    ),
    why: ([, , policy = "", , words = ""]) =>
      `The cluster's admission policy ${name(policy)} refused it. It says: ${inQuotes(words)}.`,
  },
  {
    kind: "quota",
    said: new RegExp(
      `^${TARGET} is forbidden: exceeded quota: ([^,\\n]{1,253}), requested: ([^\\n]{1,500}?), used: ([^\\n]{1,500}?), limited: ([^\\n]{1,500})`,
    ),
    why: ([, , quota = "", requested = "", used = "", limited = ""]) =>
      `The quota ${name(quota)} does not allow it: requested ${name(requested)}, used ${name(used)}, limited to ${name(limited)}.`,
  },
  {
    kind: "quota",
    said: new RegExp(`^${TARGET} is forbidden: failed quota: ([^:\\n]{1,253}): must specify ([^\\n]{1,500})`),
    why: ([, , quota = "", fields = ""]) =>
      `The quota ${name(quota)} takes only what says its need, so these have to be set: ${name(fields)}.`,
  },
  {
    kind: "pod security",
    said: new RegExp(`^${TARGET} is forbidden: violates PodSecurity "([^"\\n]{1,253})": ([\\s\\S]*)`),
    why: ([, , level = "", words = ""]) =>
      `The namespace's pod security (${name(level)}) forbids it: ${inQuotes(words)}.`,
  },
  {
    kind: "terminating",
    said: new RegExp(
      `^${TARGET} is forbidden: unable to create new content in namespace (\\S{1,253}) because it is being terminated`,
    ),
    why: ([, , namespace = ""]) =>
      `The namespace ${name(namespace)} is being deleted, so nothing can be made in it.`,
  },
];

const FORBIDDEN: readonly Rule[] = [
  {
    kind: "forbidden",
    said: /^[a-z][\w./-]{0,253}(?: "[^"\n]{0,253}")? is forbidden: User "([^"\n]{1,500})" cannot ([a-z*]{1,60}) (?:resource "([^"\n]{1,253})" in API group "[^"\n]{0,253}"|path "([^"\n]{1,500})")(?: in the namespace "([^"\n]{1,253})"| (at the cluster scope))?/,
    why: ([user = "", verb = "", resource, path = "", namespace]) =>
      `Forbidden: ${name(user)} may not ${name(verb)} ${name(resource ?? path)} ${namespace === undefined ? "in the whole cluster" : `in the namespace ${name(namespace)}`}.`,
  },
  {
    kind: "forbidden",
    said: new RegExp(`^${TARGET} is forbidden: ([\\s\\S]*)`),
    why: ([kind = "", what = "", words = ""]) =>
      `Forbidden: the ${oneOf(kind)} ${name(what)} is not allowed: ${inQuotes(words)}.`,
  },
];

const INVALID: readonly Rule[] = [
  {
    kind: "invalid",
    said: /^(?:The )?([A-Za-z][\w.]{0,200}) "([^"\n]{0,253})" is invalid: ([\s\S]*)/,
    why: ([kind = "", what = "", words = ""]) =>
      `Invalid: the ${name(kind)} ${name(what)} is not accepted: ${readInvalidFields(words) ?? inQuotes(words)}.`,
  },
  {
    kind: "invalid",
    said: /^patch: Invalid value: [\s\S]*: strict decoding error: ([^\n]*)$/,
    why: ([words = ""]) => `Invalid: the patch is not accepted: ${inQuotes(words)}.`,
  },
  {
    kind: "invalid",
    said: /^([A-Z]\w{0,100}) in version "([^"\n]{1,100})" cannot be handled as an? \w{1,100}: (?:strict decoding error: )?([\s\S]*)/,
    why: ([kind = "", , words = ""]) =>
      `Invalid: this is no ${name(kind)} the cluster can read: ${inQuotes(words)}.`,
  },
  {
    kind: "invalid",
    said: /^json: cannot unmarshal (\w{1,60}) into Go struct field (\S{1,253}) of type (\S{1,100})/,
    why: ([found = "", field = "", wanted = ""]) =>
      `Invalid: ${name(field)} has to be of the type ${name(wanted)}, and is of the type ${name(found)}.`,
  },
  {
    kind: "invalid",
    said: /^error (?:validating|parsing) "?([^"\n]{1,300}?)"?: ([\s\S]*?)(?:; if you choose to ignore these errors, turn validation off with --validate=false)?$/,
    why: ([file = "", words = ""]) => `${name(file)} is not accepted: ${inQuotes(words)}.`,
  },
  {
    kind: "no kind",
    said: /^resource mapping not found for name: "([^"\n]{0,253})" namespace: "[^"\n]{0,253}" from "([^"\n]{0,500})": no matches for kind "([^"\n]{1,253})" in version "([^"\n]{1,253})"/,
    why: ([, file = "", kind = "", version = ""]) =>
      `The cluster knows no kind ${name(kind)} of ${name(version)}, which ${name(file)} asks for.`,
  },
  {
    kind: "no kind",
    said: /^the server doesn't have a resource type "([^"\n]{1,253})"/,
    why: ([kind = ""]) => `The cluster knows no kind called ${name(kind)}.`,
  },
];

/** The cluster, or a policy of it, did not take what was asked. */
export const REFUSAL_RULES: readonly Rule[] = [...ADMISSION, ...FORBIDDEN, ...INVALID];
