import { slips } from "#change/slips.ts";

/** One word after the command: what stands behind it, and what it is for. Both are shown as they are. */
type Described = { group: "Try" | "Find" | "Step in"; usage: string; about: string };

/** Every word that is understood, in the order help shows them. */
export const WORDS = {
  plan: {
    group: "Try",
    usage: "plan WHAT SHOULD CHANGE",
    about: "plans and previews it, and shows who would have to approve. It can never run.",
  },
  check: {
    group: "Try",
    usage: "check kubectl …",
    about:
      "what the policy says of a command line: allowed or refused, its risk, who would be asked. Nothing runs.",
  },
  list: {
    group: "Find",
    usage: "list [waiting|mine|running|recent|all] [ENVIRONMENT] [STATUS]",
    about: "what waits for you, what you asked for, what runs, what ended.",
  },
  status: {
    group: "Find",
    usage: "status ID",
    about:
      "where a change stands, step by step, who decided and what it waits for. The first 8 characters do.",
  },
  logs: { group: "Find", usage: "logs ID [STEP]", about: "the last 40 lines of each step." },
  history: {
    group: "Find",
    usage: "history TARGET",
    about:
      "the changes that touched it: payment-api, deployments/payment-api, production/payment-api, a terraform directory.",
  },
  cancel: {
    group: "Step in",
    usage: "cancel ID [REASON]",
    about: "ends a change before it runs, or stops it while it does. For its requester and its approvers.",
  },
  unlock: {
    group: "Step in",
    usage: "unlock ID REASON",
    about:
      "takes away the targets a change holds, so that the next one goes on. For its approvers; everybody sees why.",
  },
  help: { group: "Find", usage: "help", about: "shows this." },
} as const satisfies { [name: string]: Described };
export type WordName = keyof typeof WORDS;

/** Whether this is one of the words. */
export function isWord(text: string): text is WordName {
  return Object.hasOwn(WORDS, text);
}

/** The word that was most likely meant, or null: one slip of the finger away, two in a longer one. */
export function nearestWord(typed: string): string | null {
  const close = Object.keys(WORDS)
    .map((name) => ({ name, away: slips(typed, name) }))
    .filter(({ name, away }) => away <= (name.length >= 6 ? 2 : 1))
    .toSorted((a, b) => a.away - b.away);
  return typed.length < 3 ? null : (close[0]?.name ?? null);
}
