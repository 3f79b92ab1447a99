import { type FlagTable, flagTable, onlyFlags } from "#policy/flags.ts";
import { FLAGS_OF } from "./flags-from-help.ts";
import { REFUSED_FLAGS } from "./refused.ts";
import { GLOBAL_FLAGS, VERBS } from "./verbs.ts";

/** Every flag kubectl takes at a verb or a group of them, allowed or not, and how it is read. */
export function allFlags(verb: string): FlagTable {
  return everything.get(verb) ?? globals;
}

/** The flags a verb may have. A name on the list that kubectl has not is left out, and refused with it. */
export function allowedFlags(verb: string): FlagTable {
  return allowed.get(verb) ?? none;
}

/** Why a verb may not have a flag, to stand behind "is not on the list"; null where there is no more to say. The name is short or long. */
export function whyNoFlag(verb: string, name: string): string | null {
  const { takes, short } = allFlags(verb);
  const long = short.get(name) ?? name;
  const never = Object.hasOwn(VERBS, verb) ? (VERBS[verb]?.never ?? {}) : {};
  for (const reasons of [never, REFUSED_FLAGS]) {
    if (Object.hasOwn(reasons, long)) return `: ${reasons[long]}`;
  }
  return takes.has(long) ? ": kubectl has it, and nobody has judged it here" : null;
}

const globals = flagTable(FLAGS_OF[""] ?? "");
const none = flagTable("");
const everything = new Map(
  Object.entries(FLAGS_OF).map(([verb, specs]) => [verb, flagTable(FLAGS_OF[""] ?? "", specs)] as const),
);
const allowed = new Map(
  Object.entries(VERBS).map(([verb, { flags }]) => {
    const names = new Set(`${GLOBAL_FLAGS} ${flags}`.split(" "));
    return [verb, onlyFlags(allFlags(verb), names)] as const;
  }),
);
