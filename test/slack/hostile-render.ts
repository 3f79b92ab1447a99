import type { types } from "@slack/bolt";
import type { Change, ChangeStatus } from "#change/change.ts";
import type { LogExcerpt } from "#change/journal.ts";
import type { ListedChange } from "#change/listed.ts";
import { checkBlocks } from "#playground/slack/blocks.ts";
import { LIMITS } from "#playground/slack/limits.ts";
import { renderCard } from "#slack/cards/card.ts";
import { renderDirect } from "#slack/cards/direct-card.ts";
import { renderNotice } from "#slack/cards/notice-message.ts";
import { planPages } from "#slack/cards/plan-pages.ts";
import { renderStep } from "#slack/cards/step-message.ts";
import type { Seen } from "#slack/cards/unknown-step.ts";
import { renderQuestion, renderVerdict } from "#slack/cards/verdict-message.ts";
import { detailsView } from "#slack/forms/details.ts";
import { renderHome } from "#slack/home/view.ts";
import { charsOf, type Rendered } from "#slack/text/blocks.ts";
import { SLACK_LIMITS } from "#slack/text/limits.ts";
import { pick, type Random, seeded } from "#test/policy/random.ts";
import { aChange, aPlan, aQuestion, aRecord } from "#test/support/changes.ts";
import { activeIn, unseenIn } from "#test/support/slack-active.ts";

/** What a run found; `faults` are sentences with the text that made them. */
export type Rendering = { texts: number; messages: number; longest: number; faults: string[] };

const AT = new Date("2026-11-23T03:00:00Z");
/** The requester and an approver: nobody that a hostile text names. */
const PEOPLE = ["U7ANA", "U8BEN"];

/**
 * Fills every field a person, a model, a command or the cluster can fill with these texts, so many to a change (1: the same
 * everywhere), renders everything, rich and classic, and checks it.
 */
export function renderAll(texts: Iterable<string>, together: number): Rendering {
  const found: Rendering = { texts: 0, messages: 0, longest: 0, faults: [] };
  let batch: string[] = [];
  const render = (): void => {
    found.texts += batch.length;
    for (const takes of [() => true, () => false])
      for (const message of messagesOf(turnsOf(batch), takes)) look(message, batch.join("|"), found);
    batch = [];
  };
  for (const text of texts) {
    batch.push(text);
    if (batch.length === together) render();
  }
  if (batch.length > 0) render();
  return found;
}

/** Each of them in turn, at most so many characters of it. */
type Next = (max?: number) => string;

function turnsOf(texts: readonly string[]): Next {
  let turn = 0;
  return (max = 30_000) => {
    const text = texts[turn % texts.length] ?? "";
    turn += 1;
    return text.slice(0, max);
  };
}

/** So many random strings of everything Unicode has, and of what Slack reads as something. The same for the same seed. */
export function* randomTexts(count: number, seed: number): Generator<string> {
  const random = seeded(seed);
  for (let made = 0; made < count; made += 1) {
    const length = Math.floor(random() ** 3 * (made % 50 === 0 ? 3_000 : 120)) + 1;
    yield Array.from({ length }, () => piece(random)).join("");
  }
}

const TOKENS =
  "<!channel> <@U1> <@U2|x> <#C1|x> <!here|x> <!subteam^S1> <https://evil.example|ok> https://evil.example www.evil.example :smile: @here @channel #general *b* _i_ ~s~ `c` ``` &lt; &amp; > >>> mailto:a@evil.example tel:123 <!date^0^{date}^https://evil.example|x>".split(
    " ",
  );
const RANGES = [
  [0, 0x1f],
  [0x20, 0x7e],
  [0x80, 0x24f],
  [0x300, 0x36f],
  [0x590, 0x6ff],
  [0x2000, 0x206f],
  [0xd800, 0xdfff],
  [0xe000, 0xf8ff],
  [0xfe00, 0xffff],
  [0x1f300, 0x1faff],
  [0xe0000, 0xe01ef],
  [0, 0x10ffff],
] as const;

function piece(random: Random): string {
  if (random() < 0.15) return pick(random, TOKENS);
  if (random() < 0.4) return pick(random, ["a", "e", " ", "\n", ".", "/", "-", "0"]);
  const [from, to] = pick(random, RANGES);
  return String.fromCodePoint(from + Math.floor(random() * (to - from + 1)));
}

function look(message: Rendered | View, text: string, found: Rendering): void {
  if ("view" in message) {
    lookAtView(message, text, found);
    return;
  }
  found.messages += 1;
  const chars = message.blocks.reduce((sum, block) => sum + charsOf(block), 0);
  found.longest = Math.max(found.longest, chars);
  const payload = { ...message } as Record<string, unknown>;
  const wrong = [
    ...checkBlocks(message.blocks, "message", "/blocks"),
    ...activeIn(payload, PEOPLE).map((one) => `active: ${one}`),
    ...unseenIn(payload).map((one) => `unseen: ${one}`),
    ...(chars > SLACK_LIMITS.message + 2_000 ? [`${chars} characters in its blocks`] : []),
    ...(Buffer.byteLength(message.text) > LIMITS.updateTextBytes ? ["its text is too long to update"] : []),
    ...(message.text.trim() === "" ? ["it has no text"] : []),
  ];
  if (wrong.length > 0)
    found.faults.push(`${wrong[0]} (of ${wrong.length}) for ${JSON.stringify(text).slice(0, 300)}`);
}

function lookAtView({ view }: View, text: string, found: Rendering): void {
  found.messages += 1;
  const wrong = [
    ...checkBlocks(view.blocks, view.type, "/view/blocks"),
    ...activeIn({ view }, PEOPLE).map((one) => `active: ${one}`),
    ...unseenIn({ view }).map((one) => `unseen: ${one}`),
  ];
  if (wrong.length > 0)
    found.faults.push(`${wrong[0]} (of ${wrong.length}) for ${JSON.stringify(text).slice(0, 300)}`);
}

function* messagesOf(next: Next, takes: () => boolean): Generator<Rendered | View> {
  const plan = planWith(next);
  const base = changeWith(next, plan);
  const failed = aRecord({
    argv: ["kubectl", next(160)],
    outcome: "failed",
    exitCode: 1,
    error: next(),
    host: next(160),
  });
  const unknown = aRecord({
    step: 2,
    argv: ["kubectl", next(160)],
    outcome: "unknown",
    error: next(),
    finishedAt: null,
  });
  const asked = aQuestion({ expiresAt: new Date(AT.getTime() + 3_600_000) });
  const waiting = { ...base, decisions: [asked] };
  const options = { pagesStand: true, takes };
  yield renderCard({ ...base, status: "planning", plan: null, risk: null }, [], options);
  yield renderCard(waiting, [], options);
  yield renderDirect(waiting, [], { isTheirs: true, cardTs: null, linkTo: () => null, takes });
  yield* planPages(base);
  const notice = { kind: "notice", notice: "reminder", revision: 1, round: 1, number: 0 } as const;
  const said = renderNotice(waiting, notice, null);
  if (said !== null) yield said;
  const answered = {
    ...asked,
    answer: "approve",
    by: base.requester,
    reason: next(),
    decidedAt: AT,
  } as const;
  const ran = {
    ...base,
    decisions: [answered],
    error: next(),
    review: { result: "approved" as const, notes: next(4_000) },
  };
  yield renderCard({ ...ran, status: "running" }, [failed, unknown], options);
  const question = { text: next(250), choices: [next(70)] };
  const open = { ...asked, gate: "answers" as const, questions: [question] };
  yield renderCard({ ...base, status: "asking", plan: null, decisions: [open] }, [], options);
  const unanswered = { ...notice, notice: "unanswered" } as const;
  const reminded = renderNotice({ ...base, status: "asking", decisions: [open] }, unanswered, null);
  if (reminded !== null) yield reminded;
  const wish = { ...answered, answer: "request_changes" as const };
  yield renderCard({ ...waiting, revision: 2, decisions: [wish, { ...asked, revision: 2 }] }, [], options);
  const operator = aQuestion({ gate: "operator", round: 1 });
  const stuck = { ...ran, status: "needs_person" as const, decisions: [answered, operator] };
  const log = logOf(next);
  yield renderCard(stuck, [failed, unknown], options);
  yield renderQuestion(stuck, [failed, unknown], operator, { record: unknown, log });
  const beside = {
    unknown: { record: unknown, log },
    isTheirs: true,
    cardTs: null,
    linkTo: () => null,
    takes,
  };
  yield renderDirect(stuck, [failed, unknown], beside);
  const seen = { change: stuck, steps: [failed, unknown], unknown: beside.unknown };
  yield asView(detailsView(seen, "{}", null));
  yield asView(
    homeOf(next, [seen, { change: { ...waiting, id: crypto.randomUUID() }, steps: [], unknown: null }]),
  );
  for (const record of [failed, unknown]) yield renderStep(base, record, log, true);
  const done = [1, 2].map((step) => aRecord({ step, argv: ["kubectl", next(160)] }));
  for (const status of ["done", "failed", "rolled_back", "expired"] as const) {
    const ended = { ...ran, status, endedAt: AT };
    yield renderCard(ended, done, options);
    yield renderVerdict(ended, done, { cost: ["Model: 1 tokens in, 1 out"], takes });
  }
}

/** A view is looked at as what it is made of; its size has a test of its own. */
type View = { view: { type: "modal" | "home"; blocks: Rendered["blocks"] } };

function asView(view: types.View): View {
  return {
    view: { type: view.type === "home" ? "home" : "modal", blocks: view.blocks as Rendered["blocks"] },
  };
}

/** Each of these waits on a Home, and one more is under way. */
function homeOf(next: Next, waiting: readonly Seen[]): types.View {
  const row = (change: Change): ListedChange => ({
    ...change,
    ...{
      request: next(500),
      title: next(200),
      environments: [next(100)],
      escalated: [],
      cardTs: null,
      hasRun: false,
    },
  });
  const rows = waiting.map(({ change }) => row(change));
  const asked = new Map(rows.map(({ id }, index) => [id, waiting[index] as Seen]));
  // A change stands in one list only.
  const others = (status: ChangeStatus) =>
    waiting.slice(0, 1).map(({ change }) => row({ ...change, id: crypto.randomUUID(), status }));
  const groups = {
    waiting: rows,
    running: others("running"),
    mine: others("waiting"),
    recent: others("done"),
  };
  return renderHome({ groups, asked, locks: [] }, null, () => null);
}

function logOf(next: Next): LogExcerpt {
  const line = (number: number) => ({ number, stream: "out" as const, text: next() });
  return { head: [], tail: [line(1), line(2), line(3)], omitted: 7 };
}

function planWith(next: Next): NonNullable<Change["plan"]> {
  const command = (args: string[]) => ({ tool: "kubectl" as const, args, dir: next(100) });
  const step = { step: 1, description: next(1_000), risk: "high" as const };
  return aPlan(
    [
      {
        ...step,
        ...command(["scale", `deployment/${next(250)}`, "--replicas", next(250)]),
        rollback: command(["delete", next(250)]),
      },
      { ...step, ...command([next(250), `--${next(250)}`, next(250)]), rollback: null },
      { ...step, tool: "terraform", args: ["apply"], dir: next(250), rollback: null },
    ],
    next(2_000),
  );
}

function changeWith(next: Next, plan: NonNullable<Change["plan"]>): Change {
  const row = (action: "update" | "destroy") => ({
    target: next(160),
    action,
    before: next(160),
    after: next(160),
  });
  const look = {
    facts: [next(160)],
    rows: [row("update"), row("destroy")],
    omitted: 3,
    risk: "high" as const,
    reasons: [next(160)],
  };
  return aChange({
    status: "waiting",
    request: next(4_000),
    requester: { kind: "token", name: next(160), role: "requester", slackId: null },
    plan,
    stepRisks: ["high", "high", "high"],
    risk: "high",
    riskReasons: [next(), `the model: ${next()}`],
    environments: [next(160), next(30)],
    previews: [
      { step: 1, isBeforeChange: false, ...look },
      { step: 2, isBeforeChange: true, ...look },
    ],
    terms: {
      asksPerson: true,
      approvers: [
        {
          environments: [next(160)],
          users: ["U8BEN"],
          groups: [next(160)],
          tokens: [next(160)],
          escalated: null,
        },
      ],
      quorum: 2,
      requesterMayApprove: false,
      openMinutes: 60,
      nextEscalation: null,
      freezes: [{ from: AT, until: AT, environments: [next(160)], reason: next(160) }],
      breakGlass: [],
      typedTarget: null,
      destroys: [],
      problem: next(500),
    },
  });
}
