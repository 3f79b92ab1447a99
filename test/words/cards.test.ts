import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Change, ChangeStatus, Decision } from "#change/change.ts";
import type { Fact } from "#change/fact.ts";
import { heldActions } from "#slack/cards/approval-lines.ts";
import { renderAsking } from "#slack/cards/asking-message.ts";
import { renderCard } from "#slack/cards/card.ts";
import { renderDirect, renderDirectAsked } from "#slack/cards/direct-card.ts";
import { renderLater } from "#slack/cards/later-message.ts";
import { planPages } from "#slack/cards/plan-pages.ts";
import { renderUnlock } from "#slack/cards/unlock-message.ts";
import { renderQuestion, renderVerdict } from "#slack/cards/verdict-message.ts";
import { approvedIn } from "#test/support/approved.ts";
import { aPlan, aQuestion, aStep } from "#test/support/changes.ts";
import {
  ANA,
  AT,
  BEN,
  CLEO,
  later,
  STAGES,
  type Stage,
  scaling,
  theApproval,
  theTerms,
  UNKNOWN,
} from "#test/support/stages.ts";

const linkTo = () => "https://acme.slack.com/archives/C1/p1700000000000001";
const takes = () => true;
const statuses = Object.keys(STAGES) as ChangeStatus[];
const log = { head: [], tail: [{ number: 1, stream: "out" as const, text: "half done" }], omitted: 0 };

function card({ change, steps }: Stage, rich = true, pagesStand = true) {
  return renderCard(change, steps, { pagesStand, linkTo, takes: () => rich });
}

function direct({ change, steps }: Stage, isTheirs = true) {
  const [record] = steps;
  const unknown = record?.outcome === "unknown" ? { record, log } : null;
  const at = { cardTs: "1700000000.000001", linkTo, takes, unknown, userId: "U0BEN" };
  const { text, blocks } = renderDirect(change, steps, { isTheirs, ...at });
  return { text, blocks };
}

function waiting(given: Partial<Change>): Stage {
  return { change: scaling({ status: "waiting", decisions: [theApproval()], ...given }), steps: [] };
}

const yes = { by: BEN, reason: null, at: later(5) };
const freeze = { from: AT, until: later(600), environments: ["production"], reason: "The big sale" };
const byGroup = {
  ...{ environments: ["production"], users: ["U0BEN"], groups: ["S0SRE"], tokens: null },
  escalated: { users: [], groups: ["S0SRE"] },
};
const DANGER = "set sa deployment/payment-api cluster-admin -n production";
const TWO = theTerms({ quorum: 2 });
const risky = aPlan([aStep("delete deployment legacy-report -n production")]);
const wish = aQuestion({ answer: "request_changes", by: BEN, reason: "use 4 instead", decidedAt: later(2) });

/** What differs of a waiting card, by what the rules or people say. */
const WAITING: Readonly<Record<string, Stage>> = {
  "waiting-two-approvals": waiting({ terms: TWO, decisions: [theApproval({ approvals: [yes] })] }),
  "waiting-high-risk": waiting({ risk: "high", stepRisks: ["high"], plan: risky, previews: [] }),
  "waiting-frozen": waiting({
    terms: theTerms({ freezes: [freeze], frozen: freeze, breakGlass: ["U0CLEO"] }),
  }),
  "waiting-freeze-to-come": waiting({ terms: theTerms({ freezes: [freeze], breakGlass: ["U0CLEO"] }) }),
  "waiting-approved": waiting({
    decisions: [theApproval({ answer: "approve", by: BEN, decidedAt: later(5) })],
  }),
  "waiting-for-both": waiting({ terms: TWO }),
  "waiting-impossible": waiting({ terms: theTerms({ problem: "nobody may approve this." }) }),
  "waiting-typed-target": waiting({
    ...{ risk: "high", stepRisks: ["high"], plan: risky, previews: [] },
    terms: theTerms({
      typedTarget: "legacy-report",
      destroys: [{ step: 1, what: "deployment legacy-report", namespace: "production", place: "prod-eu" }],
    }),
  }),
  "waiting-revision": waiting({
    revision: 2,
    decisions: [wish, theApproval({ revision: 2 })],
  }),
  "waiting-escalated": waiting({
    terms: theTerms({ approvers: [byGroup] }),
    decisions: [theApproval({ escalatedAt: later(20), escalated: ["production"] })],
  }),
  "waiting-escalated-one-of-two": waiting({
    terms: theTerms({ quorum: 2, approvers: [byGroup] }),
    decisions: [
      theApproval({
        escalatedAt: later(20),
        escalated: ["production"],
        approvals: [{ ...yes, at: later(5) }],
      }),
    ],
  }),
  "waiting-nobody-left": waiting({
    terms: theTerms({ approvers: [{ ...byGroup, users: ["U0ANA"], groups: [], escalated: null }] }),
  }),
  "waiting-several-environments": waiting({
    environments: ["production", "staging"],
    terms: theTerms({
      approvers: [byGroup, { ...byGroup, environments: ["staging"], users: ["U0CLEO"], escalated: null }],
    }),
  }),
  "waiting-one-riskier": waiting({
    ...{ plan: aPlan([aStep("get pods"), aStep(DANGER), aStep("get nodes")]), previews: [] },
    ...{ risk: "high", stepRisks: ["low", "high", "medium"] },
  }),
};

describe("the words of the card", () => {
  const approved = approvedIn("cards");
  for (const status of statuses) it(status, () => approved(`${status}`, card(STAGES[status])));
  for (const [name, stage] of Object.entries(WAITING)) it(name, () => approved(name, card(stage)));
  it("where Slack takes classic blocks only", () => {
    approved("waiting-classic", card(STAGES.waiting, false));
    approved("running-classic", card(STAGES.running, false));
  });
  it("whose pages do not stand yet", () => {
    const many = aPlan(Array.from({ length: 20 }, (_, at) => aStep(`rollout restart deployment/app-${at}`)));
    const stage = waiting({ plan: many, stepRisks: many.plan.map(() => "medium"), previews: [] });
    approved("waiting-long", card(stage));
    approved("waiting-pages-missing", card(stage, true, false));
    approved("held-actions", heldActions(STAGES.waiting.change));
    approved("plan-page", planPages(stage.change)[0]);
  });
  it("where no model was asked why a person is", () => {
    const { change, steps } = STAGES.needs_person;
    const review = { result: "needs_human", notes: "Step 1 is done.", by: "greenlight" } as const;
    approved("needs_person-no-model", card({ change: { ...change, review }, steps }));
  });
  it("that is being stopped", () => {
    const { change, steps } = STAGES.running;
    const cancel = { by: ANA, reason: "wrong cluster", at: later(4) };
    approved("being-stopped", card({ change: { ...change, stopAsked: true, cancel }, steps }));
  });
  it("approved by breaking the glass, and by two people", () => {
    const { change, steps } = STAGES.done;
    const reason = "Checkout is down";
    const broke = theApproval({ answer: "approve", by: CLEO, brokeGlass: true, reason, decidedAt: later(5) });
    const both = theApproval({
      ...{ answer: "approve", by: CLEO, decidedAt: later(5) },
      approvals: [yes, { ...yes, by: CLEO }],
    });
    approved("done-glass-broken", card({ change: { ...change, decisions: [broke] }, steps }));
    approved("done-two-approvals", card({ change: { ...change, decisions: [both] }, steps }));
  });
  it("of a step nobody saw the end of, and of targets taken away", () => {
    approved("needs_person-unknown-step", card(UNKNOWN));
    const { change, steps } = STAGES.needs_person;
    const targets = ["kubectl place production deployments payment-api"];
    const unlocked = { ...change, unlocks: [{ by: CLEO, reason: "nobody looks at it", targets, at: AT }] };
    approved("unlocked", card({ change: unlocked, steps }));
    approved("unlock-reply", renderUnlock(unlocked, 1));
  });
  it("the Planner asks on, open and answered", () => {
    const { change } = STAGES.asking;
    approved("asking-reply", renderAsking(change, 1, 1));
    const decisions = change.decisions.map((one) => ({
      ...{ ...one, answer: "answered" as const, by: ANA, answers: ["production"], decidedAt: later(3) },
    }));
    const answered = scaling({ status: "waiting", decisions: [...decisions, theApproval()] });
    approved("asking-reply-answered", renderAsking(answered, 1, 1));
    approved("waiting-after-an-answer", card({ change: answered, steps: [] }));
  });
});

describe("the words of the card with one person", () => {
  const approved = approvedIn("direct");
  for (const status of statuses) it(status, () => approved(`${status}`, direct(STAGES[status])));
  it("that is not theirs any more", () => approved("not-theirs", direct(STAGES.waiting, false)));
  it("of a step nobody saw the end of", () => approved("needs_person-unknown-step", direct(UNKNOWN)));
  it("that a person is needed, as a message of its own", () => {
    const { change } = STAGES.needs_person;
    const asked = change.decisions.find(({ gate }) => gate === "operator") ?? aQuestion({ gate: "operator" });
    const said = { answer: "accept", by: BEN, reason: null, decidedAt: later(5) } as const;
    const shown = (one: Decision, isTheirs = true) => {
      const to = { isTheirs, cardTs: "1700000000.000001", linkTo };
      const { text, blocks } = renderDirectAsked({ ...change, decisions: [one] }, one, to) ?? {};
      return { text, blocks };
    };
    approved("asked", shown(asked));
    approved("asked-answered", shown({ ...asked, ...said }));
    assert.doesNotMatch(JSON.stringify(shown(asked, false)), /needed|Scale/);
  });
  it("who had a say in it", () =>
    approved("had-a-say", direct(WAITING["waiting-revision"] ?? STAGES.waiting)));
  it("of a plan that is too long for it", () => {
    const plan = aPlan(Array.from({ length: 20 }, (_, at) => aStep(`delete pod ${"x".repeat(900)}-${at}`)));
    const { text, blocks } = direct(waiting({ plan, stepRisks: plan.plan.map(() => "high"), previews: [] }));
    approved("too-long", { text, blocks: blocks.filter(({ type }) => type !== "container") });
  });
});

describe("the words of what stands in a change's way", () => {
  const approved = approvedIn("blocked");
  const { change, steps } = STAGES.blocked;
  const blocked = change.blocked ?? assert.fail();
  const waits = { ...blocked, waitsForPerson: true, freeAt: later(240), canAnswer: theTerms().approvers };

  it("another change that waits for a person", () => {
    approved("by-a-person", card({ change: { ...change, blocked: waits }, steps }));
    const untold = { ...waits, freeAt: null, canAnswer: null };
    approved("by-nobody-knows-whom", card({ change: { ...change, blocked: untold }, steps }));
  });
  it("a change that stands open on the same target", () => {
    const open = { changeId: blocked.by, requester: CLEO, home: blocked.home, cardTs: blocked.cardTs };
    approved("open-here", card(waiting({ openHere: [open] })));
    const many = Array.from({ length: 5 }, () => open);
    approved("open-here-many", card(waiting({ openHere: many })));
  });
});

describe("the words of the verdict", () => {
  const approved = approvedIn("verdicts");
  for (const status of statuses.filter((one) => STAGES[one].change.endedAt !== null))
    it(status, () => {
      const { change, steps } = STAGES[status];
      approved(`${status}`, renderVerdict(change, steps, { cost: ["Model: 1 tokens in, 1 out"], takes }));
    });
  it("that asks an operator, open and answered", () => {
    for (const [name, { change, steps }] of Object.entries({
      needs_person: STAGES.needs_person,
      "needs_person-unknown-step": UNKNOWN,
    })) {
      const [record] = steps;
      const question = change.decisions.find(({ gate }) => gate === "operator") ?? aQuestion();
      const unknown = record?.outcome === "unknown" ? { record, log } : null;
      approved(name, renderQuestion(change, steps, question, unknown));
      const told = steps.map((step) => ({ ...step, toldAt: later(8) }));
      approved(`${name}-told-late`, renderQuestion(change, told, question, unknown));
      const answered = { ...question, answer: "accept" as const, by: CLEO, decidedAt: later(8) };
      approved(`${name}-answered`, renderQuestion({ ...change, status: "accepted" }, steps, answered, null));
    }
  });
  it("where no model was asked why a person was", () => {
    const { change, steps } = STAGES.accepted;
    const review = { result: "needs_human", notes: "Step 1 is done.", by: "greenlight" } as const;
    approved("accepted-no-model", renderVerdict({ ...change, review }, steps));
  });
  it("with what was read back after the run", () => {
    const { change, steps } = STAGES.done;
    const says = "5 of 5 ready, image registry.example/payment-api:1.4.3";
    const good = { step: 1, target: "Deployment/payment-api in production", state: "good", says } as const;
    const failed = {
      step: 2,
      target: "Deployment/web in production",
      state: "failed",
      says: "web in web-1: ImagePullBackOff (no such tag); 1 of 2 updated, 2 ready",
    } as const;
    const slow = { ...failed, state: "unknown", says: "not there yet: 1 of 2 updated, 2 ready" } as const;
    const done = { result: "approved", notes: "As asked for.", facts: [good] } as const;
    approved("done-with-facts", renderVerdict({ ...change, review: { ...done, facts: [good] } }, steps));
    const read = { result: "approved", notes: "It only read.", by: "greenlight" } as const;
    approved("done-read", renderVerdict({ ...change, review: read }, steps));
    const asked = STAGES.needs_person;
    const question = asked.change.decisions.find(({ gate }) => gate === "operator") ?? aQuestion();
    const many = Array.from({ length: 14 }, (_, index) => ({ ...good, target: `ConfigMap/c${index}` }));
    const review = { result: "needs_human", notes: "Look.", by: "greenlight" } as const;
    const facts = [good, failed, slow, ...many];
    const shown = { ...asked.change, review: { ...review, facts } };
    approved("needs_person-with-facts", renderQuestion(shown, asked.steps, question, null));
  });
  it("where a step's answer was lost, or it was done in part", () => {
    const { change, steps } = STAGES.done;
    const lost = `kubectl could not connect to the cluster: "EOF". The command ended with exit code 1. Its answer was lost, and Deployment/payment-api in production is as it was to leave it.`;
    approved(
      "done-answer-lost",
      renderVerdict(
        change,
        steps.map((one) => ({ ...one, exitCode: 1, error: lost })),
      ),
    );
    const asked = STAGES.needs_person;
    const question = asked.change.decisions.find(({ gate }) => gate === "operator") ?? aQuestion();
    const error =
      "Forbidden: bot may not patch deployments in the namespace production. The command ended with exit code 1. Deployment/web in production is changed, Deployment/api in production is as it was.";
    const failed = { step: 1, state: "failed" } as const;
    const facts = [
      {
        ...failed,
        target: "Deployment/web in production",
        says: "changed, though the step failed",
        changed: true,
      },
      {
        ...failed,
        target: "Deployment/api in production",
        says: "not changed, it is as it was",
        changed: false,
      },
    ];
    const review = { result: "needs_human", notes: "One of two is changed.", facts } as const;
    const half = asked.steps.map((one) => ({ ...one, outcome: "failed" as const, exitCode: 1, error }));
    approved("needs_person-in-part", renderQuestion({ ...asked.change, review }, half, question, null));
  });
  it("of what does not hold any more later", () => {
    const { change, steps } = STAGES.done;
    const target = "Deployment/payment-api in production";
    const scaled: Fact = {
      ...{ step: 1, target, state: "failed", says: "replicas was taken back from 5 to 3 by argocd" },
      when: { word: "at", at: later(10) },
    };
    const crashing: Fact = {
      ...{ step: 1, target: "Deployment/web in production", state: "failed" },
      says: "web in web-1 is crashing with exit code 1 (Error)",
      when: { word: "since", at: later(11) },
    };
    const gone: Fact = {
      step: 1,
      target: "ConfigMap/web",
      state: "failed",
      says: "it is not there any more",
    };
    const first = { number: 1, at: later(12), facts: [scaled] };
    const second = { number: 2, at: later(17), facts: [scaled, crashing, gone] };
    const looked = { ...change, laterLooks: [first, second] };
    approved("later-one", renderLater(looked, steps, 1));
    approved("later-others", renderLater(looked, steps, 2));
    const accepted = { ...STAGES.accepted.change, laterLooks: [first] };
    approved("later-accepted", renderLater(accepted, STAGES.accepted.steps, 1));
    const many = Array.from({ length: 14 }, (_, index) => ({ ...gone, target: `ConfigMap/c${index}` }));
    approved("later-many", renderLater({ ...change, laterLooks: [{ ...first, facts: many }] }, steps, 1));
  });
});
