import { understand } from "./sentences.ts";
import type { Draft, Risk } from "./steps.ts";
import { type Asking, type Talk, talkOver } from "./talk.ts";

/** The planner's answer, names as on the wire. */
export type Plan = {
  summary: string;
  plan: (Draft & { step: number })[];
  risk_level: Risk;
  risk_reason: string;
  questions: string[];
  choices: string[][];
};

/** What the rules understand, one example each; the answer to everything else lists them. */
export const examples = [
  "scale payment-api [from 3] to 5 replicas in production",
  "restart checkout in staging",
  "set the image of web to registry.example/web:2.5.0 in staging",
  "roll back checkout in production",
  "delete the deployment legacy-report in staging",
  "show the pods | deployments | services | status in production",
  "get the last 20 lines of the logs of web in staging",
  "apply the manifest manifests/greeter.yaml",
  "apply the terraform root network",
  "scale web to 4 in staging, then restart checkout",
];

const order: Risk[] = ["low", "medium", "high"];
const reasons: Record<Risk, string> = {
  low: "It only reads.",
  medium: "It changes what runs, and there is a way back.",
  high: "It takes something away or changes infrastructure.",
};

/**
 * The plan for a request and what was said about it, or the questions that have to be answered first; an empty plan whose
 * summary lists the examples for a request the rules do not know.
 */
export function planFor(talk: Talk): Plan {
  const over = talkOver(talk);
  if ("asks" in over) return asking(over.asks);
  const { request } = over;
  const drafts = understand(request)?.drafts;
  if (drafts === undefined) return declined(request);
  const risk = drafts.reduce<Risk>(
    (worst, { risk }) => (order.indexOf(risk) > order.indexOf(worst) ? risk : worst),
    "low",
  );
  return {
    summary: drafts
      .filter((one) => !one.description.startsWith("Wait"))
      .map((one) => one.description)
      .join(", then "),
    plan: drafts.map((one, index) => ({ step: index + 1, ...one })),
    risk_level: risk,
    risk_reason: reasons[risk],
    questions: [],
    choices: [],
  };
}

function asking(asks: Asking[]): Plan {
  return {
    summary: "Something has to be known first.",
    plan: [],
    risk_level: "low",
    risk_reason: "Nothing would run.",
    questions: asks.map(({ question }) => question),
    choices: asks.map(({ choices }) => choices),
  };
}

function declined(request: string): Plan {
  const quoted = request.length > 120 ? `${request.slice(0, 119)}…` : request;
  return {
    summary: [
      `The playground's rule-based model does not understand “${quoted}”. It is no Claude: it knows these requests, in a few phrasings each:`,
      ...examples.map((example) => `• ${example}`),
      "With ANTHROPIC_API_KEY set, Claude plans instead.",
    ].join("\n"),
    plan: [],
    risk_level: "low",
    risk_reason: "Nothing would run.",
    questions: [],
    choices: [],
  };
}
