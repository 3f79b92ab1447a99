import { describe, it } from "node:test";
import pino from "pino";
import { AwayError } from "#change/away.ts";
import type { Answer, Change } from "#change/change.ts";
import type { Cancelled, Decided, RollbackAsked, Unlocked } from "#change/changes.ts";
import { NOT_OPENED as NOT_OPENED_ASKING } from "#slack/asking/listen-shortcuts.ts";
import { askRollback, giveFeedback } from "#slack/clicks/after-clicks.ts";
import { answerClick } from "#slack/clicks/answer-click.ts";
import { answerOrFault } from "#slack/clicks/answer-or-fault.ts";
import { cancelAs } from "#slack/clicks/cancelling.ts";
import { choose } from "#slack/clicks/choosing.ts";
import { decideAs, type Given } from "#slack/clicks/deciding.ts";
import { planAgain, runPlanned } from "#slack/clicks/plan-again.ts";
import { unlockAs } from "#slack/clicks/unlocking.ts";
import type { Where } from "#slack/client/where.ts";
import { NOT_FILLED, NOT_OPENED } from "#slack/forms/open-form.ts";
import { approvedIn } from "#test/support/approved.ts";
import type { aPort } from "#test/support/port.ts";
import { slackDeps } from "#test/support/slack-deps.ts";
import { ANA, BEN, CLEO, later, STAGES, scaling, theApproval, theTerms } from "#test/support/stages.ts";

const log = pino({ level: "silent" });
const OTHER = "01890000-0000-7000-8000-000000000009";
const there: Where = { userId: "U0BEN", userTeamId: "T1", teamId: "T1", channelId: "C1" };
const elsewhere: Where = { ...there, channelId: "C2" };
const onHome: Where = { ...there, channelId: "", onHome: true };
const { change } = STAGES.waiting;
const question = { changeId: change.id, revision: 1, round: 1, digest: "a".repeat(12) };
const terms = theTerms();

/** What a click is given, of somebody who may; they may see the change from elsewhere only where `maySee`. */
function depsOf(port: Parameters<typeof aPort>[0], of: Change = change, maySee = true) {
  return slackDeps({
    known: () => ({ ok: true, person: BEN }),
    outbox: { isDirectCard: async () => false },
    changes: {
      get: async () => of,
      find: async () => (maySee ? { kind: "one", change: of, cardTs: null } : { kind: "none" }),
      ...port,
    },
  });
}

function decided(answer: Answer, given: Partial<Change> = {}, brokeGlass = false): Decided {
  const decision = theApproval({ answer, by: BEN, brokeGlass, decidedAt: later(5) });
  return { kind: "decided", change: scaling(given), decision };
}

const gone = { ...change, cancel: { by: ANA, reason: null, at: later(1) } };

describe("the words after a click that decides", () => {
  const approved = approvedIn("clicks");
  const answers: Readonly<Record<string, Decided>> = {
    approved: decided("approve"),
    "glass-broken": decided("approve", {}, true),
    rejected: decided("reject"),
    "changes-asked-for": decided("request_changes"),
    answered: decided("answered"),
    accepted: decided("accept"),
    "rollback-ordered": decided("roll_back"),
    happened: decided("happened"),
    "happened-cancelled": decided("happened", gone),
    "did-not-happen": decided("did_not_happen"),
    "did-not-happen-cancelled": decided("did_not_happen", gone),
    counted: { kind: "counted", change, count: 1, quorum: 2, isNew: true },
    "counted-before": { kind: "counted", change, count: 1, quorum: 2, isNew: false },
    already: {
      ...{ kind: "already", change },
      decision: theApproval({ answer: "approve", by: CLEO, decidedAt: later(5) }),
    },
    stale: { kind: "stale", change, reason: "THE REASON." },
    refused: { kind: "refused", reason: "THE REASON.", terms },
    unknown: { kind: "unknown" },
  };
  for (const [name, answer] of Object.entries(answers))
    it(name, async () => {
      const given: Given = { ...question, gate: "approval", answer: "approve", reason: null };
      approved(name, await decideAs(depsOf({ decide: async () => answer }), there, given));
    });

  it("is late", async () => {
    const said = async (name: string, given: Parameters<typeof theApproval>[0]) => {
      const decision = theApproval({ by: CLEO, decidedAt: later(5), ...given });
      const port = { decide: async () => ({ kind: "already" as const, change, decision }) };
      const click: Given = { ...question, gate: "approval", answer: "approve", reason: null };
      approved(name, await decideAs(depsOf(port), there, click));
    };
    const reason = "THE REASON.";
    await said("already-by-glass", { answer: "approve", brokeGlass: true, reason });
    await said("already-expired", { answer: "expire", by: { kind: "policy", version: "1" } });
    await said("already-rejected", { answer: "reject" });
    await said("already-answered", { answer: "answered" });
  });

  it("is made by who is no member", async () => {
    const nobody = async () => ({ ok: false as const, reason: "THE REASON." });
    const of = { ...depsOf({}), people: { isMember: nobody, mayAsk: nobody } };
    const given: Given = { ...question, gate: "approval", answer: "approve", reason: null };
    approved("not-a-member", await decideAs(of, there, given));
    approved("cancel-not-a-member", await cancelAs(of, there, change.id, null));
    approved("unlock-not-a-member", await unlockAs(of, there, { changeId: change.id, reason: "x" }));
    const away = () => Promise.reject(new AwayError(new Error("away")));
    approved("database-away", await answerOrFault(away, log, (text) => text));
    const fault = () => Promise.reject(new Error("a fault"));
    approved("fault", await answerOrFault(fault, log, (text) => text));
    approved("form-not-opened", NOT_OPENED);
    approved("form-not-filled", NOT_FILLED);
    approved("form-not-opened-asking", NOT_OPENED_ASKING);
  });

  it("is not counted where it was made", async () => {
    const given: Given = { ...question, gate: "approval", answer: "approve", reason: null };
    approved("elsewhere", await decideAs(depsOf({}, change, false), elsewhere, given));
    approved("not-yours-on-home", await decideAs(depsOf({}, change, false), onHome, given));
  });

  it("chooses an answer to a question that is not open", async () => {
    approved("choice-not-open", await choose(depsOf({}), there, "none"));
  });

  it("is on something older", async () => {
    const pressed = { action: "greenlight:gone", value: "", triggerId: null, place: null, form: null };
    approved("older-card", await answerClick(depsOf({}), {}, null, {}));
    approved(
      "older-home",
      await answerClick(depsOf({}), {}, { ...pressed, where: onHome, ts: undefined }, {}),
    );
  });

  const stops: Readonly<Record<string, Cancelled>> = {
    cancelled: { kind: "cancelled", change },
    stopping: { kind: "stopping", change },
    "cancel-already": { kind: "already", change, reason: "THE REASON." },
    "cancel-refused": { kind: "refused", reason: "THE REASON.", terms },
    "cancel-unknown": { kind: "unknown" },
  };
  for (const [name, answer] of Object.entries(stops))
    it(name, async () =>
      approved(name, await cancelAs(depsOf({ cancel: async () => answer }), there, change.id, null)),
    );
  it("cancels nothing from elsewhere", async () => {
    approved("cancel-not-yours-on-home", await cancelAs(depsOf({}, change, false), onHome, change.id, null));
    approved("cancel-elsewhere", await cancelAs(depsOf({}, change, false), elsewhere, change.id, null));
  });

  const unlocks: Readonly<Record<string, Unlocked>> = {
    unlocked: { kind: "unlocked", change, targets: ["kubectl place production deployments web"] },
    "unlock-nothing": { kind: "nothing", reason: "THE REASON." },
    "unlock-busy": { kind: "busy", reason: "THE REASON." },
    "unlock-refused": { kind: "refused", reason: "THE REASON.", terms },
    "unlock-unknown": { kind: "unknown" },
  };
  for (const [name, answer] of Object.entries(unlocks))
    it(name, async () => {
      const given = { changeId: change.id, reason: "nobody looks at it" };
      approved(name, await unlockAs(depsOf({ unlock: async () => answer }), there, given));
    });
});

describe("the words after a click that asks for more", () => {
  const approved = approvedIn("clicks-after");
  const next = scaling({ id: OTHER, status: "queued", request: "THE REQUEST." });
  const over = scaling({ id: OTHER, status: "rejected" });
  const asks: Readonly<Record<string, Exclude<RollbackAsked, { kind: "unknown" }>>> = {
    accepted: { kind: "accepted", change: next },
    repeated: { kind: "repeated", change: next, isOther: false },
    "repeated-ended": { kind: "repeated", change: over, isOther: false },
    refused: { kind: "refused", reason: "THE REASON." },
  };
  for (const [name, asked] of Object.entries(asks))
    it(name, async () => {
      const ask = { ask: async () => asked };
      approved(`again-${name}`, await planAgain(depsOf(ask, STAGES.failed.change), there, change.id));
      approved(`run-planned-${name}`, await runPlanned(depsOf(ask, STAGES.planned.change), there, change.id));
      const back = { askRollback: async () => asked };
      approved(`rollback-${name}`, await askRollback(depsOf(back, STAGES.done.change), there, change.id));
    });

  it("starts nothing", async () => {
    const press = (of: Change, where = there, value: unknown = change.id) =>
      planAgain(depsOf({}, of), where, value);
    approved("goes-on", await press(STAGES.running.change));
    approved("elsewhere", await press(STAGES.failed.change, elsewhere));
    approved("ended-otherwise", await press(STAGES.planned.change));
    approved("unknown", await press(STAGES.failed.change, there, "none"));
    const back = depsOf({}, STAGES.done.change);
    approved("rollback-elsewhere", await askRollback(back, elsewhere, change.id));
    approved("rollback-unknown", await askRollback(back, there, "none"));
  });

  it("thinks of how it went", async () => {
    const thumb = (of: Change, value: string, where = there) =>
      giveFeedback(depsOf({ giveFeedback: async () => true }, of), where, value);
    approved("feedback-up", await thumb(STAGES.done.change, `up:${change.id}`));
    approved("feedback-down", await thumb(STAGES.done.change, `down:${change.id}`));
    approved("feedback-goes-on", await thumb(STAGES.running.change, `up:${change.id}`));
    approved("feedback-unknown", await thumb(STAGES.done.change, "sideways"));
    approved("feedback-elsewhere", await thumb(STAGES.done.change, `up:${change.id}`, elsewhere));
  });
});
