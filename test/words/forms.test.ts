import { describe, it } from "node:test";
import type { ChangeStatus } from "#change/change.ts";
import { askForm, readAskForm } from "#slack/asking/ask-form.ts";
import { askWhere } from "#slack/asking/ask-where.ts";
import { openingOfShortcut } from "#slack/asking/shortcuts.ts";
import { SLOW } from "#slack/clicks/within.ts";
import { answerForm } from "#slack/forms/answers.ts";
import { approveForm } from "#slack/forms/approve.ts";
import { breakGlassForm } from "#slack/forms/break-glass.ts";
import { cancelForm } from "#slack/forms/cancel.ts";
import { detailsForm, detailsView } from "#slack/forms/details.ts";
import { type Fields, type Form, filled, openingOf } from "#slack/forms/forms.ts";
import { rejectForm, requestChangesForm } from "#slack/forms/reasons.ts";
import { renderHome } from "#slack/home/view.ts";
import { approvedIn } from "#test/support/approved.ts";
import { aPlan, aStep } from "#test/support/changes.ts";
import {
  AT,
  listed,
  STAGES,
  type Stage,
  scaling,
  theApproval,
  theTerms,
  UNKNOWN,
} from "#test/support/stages.ts";

const linkTo = () => "https://acme.slack.com/archives/C1/p1700000000000001";
const { change } = STAGES.waiting;
const where = { userId: "U0BEN", userTeamId: "T1", teamId: "T1", channelId: "C1" };
const value = (extra = "") => `${change.id}:1:1:${"a".repeat(12)}${extra}`;
const none: Fields = Object.assign(() => "", { has: () => true });
const seenAs = ({ change: of, steps }: Stage) => {
  const [record] = steps;
  const log = { head: [], tail: [{ number: 1, stream: "out" as const, text: "half done" }], omitted: 0 };
  return { change: of, steps, unknown: record?.outcome === "unknown" ? { record, log } : null };
};
const destroying: Stage = {
  change: scaling({
    ...{ status: "waiting", risk: "high", stepRisks: ["high"], previews: [], decisions: [theApproval()] },
    plan: aPlan([aStep("delete deployment legacy-report -n production")]),
    terms: theTerms({
      typedTarget: "legacy-report",
      destroys: [{ step: 1, what: "deployment legacy-report", namespace: "production", place: "prod-eu" }],
    }),
  }),
  steps: [],
};

const highRisk: Stage = {
  change: scaling({
    ...{ status: "waiting", risk: "high", stepRisks: ["high"], previews: [], decisions: [theApproval()] },
    plan: aPlan([aStep("drain node-1")]),
    terms: theTerms({}),
  }),
  steps: [],
};

/** The form as it opens, as it is once the row is read, and what it says of empty fields. */
function shown(form: Form, stage: Stage, button: string) {
  const start = form.start(button, "U0BEN");
  if (start === null || start === "old" || "refusal" in start)
    return { opened: start, filled: null, errors: null };
  const read = form.read?.(button, none);
  return {
    opened: start.view("{}"),
    filled: start.fill?.(seenAs(stage), "{}") ?? null,
    errors: typeof read === "object" && read !== null && "errors" in read ? read.errors : null,
  };
}

describe("the words of forms", () => {
  const approved = approvedIn("forms");
  const forms: Readonly<Record<string, [Form, Stage, string]>> = {
    answer: [answerForm, STAGES.asking, value()],
    "answer-too-late": [answerForm, STAGES.waiting, value()],
    "break-glass": [breakGlassForm(["U0BEN"]), STAGES.waiting, value()],
    "break-glass-destroying": [breakGlassForm(["U0BEN"]), destroying, value(" legacy-report")],
    "break-glass-not-you": [breakGlassForm([]), STAGES.waiting, value()],
    cancel: [cancelForm, STAGES.waiting, change.id],
    stop: [cancelForm, STAGES.running, `${change.id} runs`],
    "approve-typed": [approveForm, destroying, value(" legacy-report")],
    "approve-typed-too-late": [approveForm, STAGES.waiting, value(" legacy-report")],
    "approve-high": [approveForm, highRisk, value(" high")],
    reject: [rejectForm, STAGES.waiting, value()],
    "request-changes": [requestChangesForm, STAGES.waiting, value()],
    details: [detailsForm, STAGES.waiting, change.id],
  };
  for (const [name, [form, stage, button]] of Object.entries(forms))
    it(name, () => {
      const { opened, filled: full, errors } = shown(form, stage, button);
      const refusal = typeof opened === "object" && opened !== null && "refusal" in opened;
      approved(`${name}`, refusal ? opened.refusal : (full ?? opened));
      if (full !== null) approved(`${name}-opening`, opened);
      if (errors !== null) approved(`${name}-errors`, Object.values(errors).join("\n"));
    });

  it("in whose place something is said", () => {
    const fill = () => detailsView(seenAs(STAGES.waiting), "{}", null);
    approved("gone", filled(null, where, fill));
    approved("elsewhere", filled("elsewhere", where, fill));
    approved("not-yours-on-home", filled("elsewhere", { ...where, onHome: true }, fill));
    approved("slow", SLOW);
    const place = { userId: "U0BEN", channelId: "C1", threadTs: null };
    const old = { action: "greenlight:approve", value: "x", triggerId: "t", where, place, form: null };
    const opening = openingOf([approveForm], { ...old, ts: undefined });
    approved("older-card", opening !== null && "refusal" in opening ? opening.refusal : "");
  });
});

describe("the words of Details", () => {
  const approved = approvedIn("details");
  for (const status of Object.keys(STAGES) as ChangeStatus[])
    it(status, () => approved(status, detailsView(seenAs(STAGES[status]), "{}", null)));
  it("of a step nobody saw the end of, after a click", () =>
    approved("needs_person-unknown-step", detailsView(seenAs(UNKNOWN), "{}", "THE ANSWER.")));
  it("that are longer than a form", () => {
    const plan = aPlan(Array.from({ length: 20 }, (_, at) => aStep(`delete pod ${"x".repeat(2_900)}-${at}`)));
    const long = scaling({ status: "waiting", plan, stepRisks: plan.plan.map(() => "high"), previews: [] });
    const { blocks } = detailsView({ change: long, steps: [], unknown: null }, "{}", null);
    approved("too-long", { blocks: blocks.slice(-1) });
  });
});

describe("the words of asking by form", () => {
  const approved = approvedIn("asking-forms");
  const about = { words: "restart web", channelId: "C1", source: { channelId: "C1", ts: "1.1" } };
  it("opened", () => {
    approved("blank", askForm({ words: "", channelId: null, source: null }));
    approved("of-a-message", askForm(about));
    const used = {
      ...{ type: "message_action", callback_id: "greenlight:ask_message_shortcut", trigger_id: "t" },
      ...{ user: { id: "U0ANA" }, channel: { id: "C1" }, message: { text: "restart web", ts: "1.1" } },
    };
    approved("of-a-message-elsewhere", openingOfShortcut(used)?.elsewhere);
    approved("where", askWhere("restart web in production", false));
    approved("where-plan-only", askWhere("restart web in production", true));
    approved("where-too-long", askWhere("x".repeat(5_000), false));
  });
  it("sent off with something missing", () => {
    const sent = (words: string, private_metadata: string) => {
      const values = { "greenlight:words": { words: { value: words } } };
      const read = readAskForm({
        ...{ user: { id: "U0ANA" }, team: { id: "T1" } },
        view: { id: "V1", private_metadata, state: { values } },
      });
      return "errors" in read ? Object.values(read.errors).join("\n") : "";
    };
    const kept = (channelId: string | null) => JSON.stringify({ channelId, source: null });
    approved("one-word", sent("restart", kept("C1")));
    approved("no-channel", sent("restart web", kept(null)));
    approved("another-version", sent("restart web", "{"));
  });
});

describe("the words of the Home", () => {
  const approved = approvedIn("home");
  const empty = { groups: { waiting: [], running: [], mine: [], recent: [] }, asked: new Map(), locks: [] };
  const one = (stage: Stage, number: number): Stage => {
    return { ...stage, change: { ...stage.change, id: change.id.replace(/.$/u, String(number)) } };
  };
  it("empty, refused, and after a click", () => {
    approved("empty", renderHome(empty, null, linkTo));
    approved("refused", renderHome({ refusal: "THE REASON." }, null, linkTo));
    approved("after-a-click", renderHome({ refusal: "THE REASON." }, "THE ANSWER.\nAnd more.", linkTo));
  });
  it("full", () => {
    const plan = aPlan([aStep(`get pods --selector=app=${"x".repeat(900)}`)]);
    const long = { ...STAGES.waiting, change: { ...change, plan } };
    const waiting = [STAGES.waiting, STAGES.asking, STAGES.needs_person, UNKNOWN, destroying, long].map(one);
    const running = [STAGES.running, STAGES.blocked].map((stage, at) => one(stage, at + 6));
    const groups = {
      waiting: waiting.map((stage) => listed(stage)),
      running: running.map((stage) => listed(stage)),
      mine: [listed(one(STAGES.queued, 8))],
      recent: (["done", "rejected", "failed"] as const).map((status) => listed(STAGES[status])),
    };
    const asked = new Map(waiting.map((stage) => [stage.change.id, seenAs(stage)]));
    const target = "kubectl place production deployments web";
    const locks = [0, 2].map((many) => ({ target, changeId: change.id, since: AT, waiting: many }));
    approved("full", renderHome({ groups, asked, locks }, null, linkTo));
    const nobodys = { ...groups, waiting: [] };
    approved("nothing-waits", renderHome({ groups: nobodys, asked: new Map(), locks }, null, linkTo));
  });
});
