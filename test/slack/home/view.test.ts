import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Change } from "#change/change.ts";
import type { ListedChange } from "#change/listed.ts";
import { checkView } from "#playground/slack/view-check.ts";
import type { Seen } from "#slack/cards/unknown-step.ts";
import { detailsView } from "#slack/forms/details.ts";
import { renderHome } from "#slack/home/view.ts";
import { aChange, aPlan, aQuestion, aRecord, aStep } from "#test/support/changes.ts";
import { activeIn, unseenIn } from "#test/support/slack-active.ts";

const AT = new Date("2026-11-23T03:00:00Z");
const HOSTILE = "<!channel> <@U2> *bold* https://evil.example \u202e ".repeat(20);
const LINK = "https://acme.slack.com/archives/C1/p1700000000000001";

const idOf = (number: number) => `01890000-0000-7000-8000-${String(number).padStart(12, "0")}`;

function row(number: number, given: Partial<ListedChange> = {}): ListedChange {
  return {
    id: idOf(number),
    status: "waiting",
    request: HOSTILE.slice(0, 500),
    requester: { kind: "slack", teamId: "T1", userId: "U1" },
    home: { teamId: "T1", channelId: "C1" },
    planOnly: false,
    risk: "high",
    environments: [HOSTILE, "production"],
    title: null,
    cardTs: "1700000000.000001",
    hasRun: false,
    createdAt: AT,
    escalated: [],
    endedAt: null,
    ...given,
  };
}

describe("the Home", () => {
  it("stays within what Slack takes, and no text of anybody does anything in it, however full it is", () => {
    const rows = (from: number) => Array.from({ length: 10 }, (_, index) => row(from + index));
    const groups = { waiting: rows(0), running: rows(10), mine: rows(20), recent: rows(30) };
    const asked = new Map(
      groups.waiting.map(({ id }) => [
        id,
        seen(
          aChange({
            ...{ id, status: "waiting", decisions: [aQuestion()] },
            plan: aPlan([aStep(`scale deployment/${"<!here>".repeat(50)} --replicas=5`)]),
          }),
        ),
      ]),
    );
    const locks = Array.from({ length: 40 }, (_, number) => ({
      target: `kubectl place production deployments ${encodeURIComponent(HOSTILE)}`,
      changeId: idOf(number),
      since: AT,
      waiting: number,
    }));
    const view = renderHome({ groups, asked, locks }, "One line\nAnother, by <@U1>", () => LINK);
    assert.deepEqual(checkView(view, "home"), []);
    assert.ok(view.blocks.length <= 85, `${view.blocks.length} blocks`);
    assert.deepEqual(activeIn({ view }, ["U1"]), []);
    assert.deepEqual(unseenIn({ view }), []);
    for (const block of view.blocks)
      if (block.type === "rich_text") assert.ok(JSON.stringify(block).length < 12_000);
    assert.equal(JSON.stringify(view).split('"greenlight:approve"').length - 1, 10);
  });

  it("leaves the approval of what is long to Details, which has all of it and the buttons", () => {
    const change = aChange({
      ...{ status: "waiting", decisions: [aQuestion()] },
      plan: aPlan([aStep(`get pods --selector=app=${"x".repeat(900)}`)]),
    });
    const groups = { waiting: [row(1, { id: change.id })], running: [], mine: [], recent: [] };
    const asked = new Map([[change.id, seen(change)]]);
    const view = JSON.stringify(renderHome({ groups, asked, locks: [] }, null, () => LINK));
    assert.doesNotMatch(view, /"greenlight:approve"/);
    assert.match(view, /"greenlight:details"/);
    assert.match(view, new RegExp(LINK));
    const details = detailsView(seen(change), "{}", null);
    assert.deepEqual(checkView(details, "modal"), []);
    assert.match(JSON.stringify(details), /x{900}/);
    assert.match(JSON.stringify(details), /"greenlight:approve"/);
  });

  it("has Details at the side of every row, also of what ended, and Cancel only while there is something to cancel", () => {
    const groups = {
      waiting: [],
      running: [row(1, { status: "running" })],
      mine: [row(2), row(3, { status: "done", endedAt: AT })],
      recent: [row(4, { status: "failed", endedAt: AT })],
    };
    const view = renderHome({ groups, asked: new Map(), locks: [] }, null, () => LINK);
    const beside = (number: number) =>
      JSON.stringify(view.blocks.find((block) => block.block_id === `greenlight:home:${idOf(number)}`));
    for (const number of [1, 2, 3, 4]) assert.match(beside(number), /Details/);
    assert.match(beside(1), /Stop/);
    assert.match(beside(2), /Cancel/);
    for (const number of [3, 4]) assert.doesNotMatch(beside(number), /Stop|Cancel|overflow/);
  });

  it("takes the longest name that is typed, also where the glass may be broken", () => {
    const typedTarget = "x".repeat(100);
    const change = aChange({
      ...{ status: "waiting", risk: "high", decisions: [aQuestion({ revision: 5, round: 3 })] },
      plan: aPlan([aStep("delete deployment web")]),
      terms: {
        ...{ asksPerson: true, quorum: 1, requesterMayApprove: false, openMinutes: 60, nextEscalation: null },
        ...{ freezes: [], breakGlass: ["U1"], typedTarget, destroys: [], problem: null },
        approvers: [
          { environments: ["production"], users: ["U2"], groups: [], tokens: null, escalated: null },
        ],
      },
    });
    const groups = { waiting: [row(1, { id: change.id })], running: [], mine: [], recent: [] };
    const view = renderHome(
      { groups, asked: new Map([[change.id, seen(change)]]), locks: [] },
      null,
      () => LINK,
    );
    assert.deepEqual(checkView(view, "home"), []);
    assert.deepEqual(checkView(detailsView(seen(change), "{}", null), "modal"), []);
    // A menu's entry cannot hold that name, and a Home that Slack refuses says nothing at all.
    assert.doesNotMatch(JSON.stringify(view), /break_glass/);
    assert.match(JSON.stringify(detailsView(seen(change), "{}", null)), /break_glass/);
  });

  it("asks an operator what happened, and Details has what was printed", () => {
    const unknown = aRecord({
      step: 1,
      outcome: "unknown",
      argv: ["kubectl", "two words", HOSTILE],
      finishedAt: null,
    });
    const change = aChange({
      ...{ status: "needs_person", decisions: [aQuestion({ gate: "operator" })] },
      ...{ plan: aPlan([aStep("rollout restart deployment/web")]), error: HOSTILE },
    });
    const log = { head: [], omitted: 0, tail: [{ number: 1, stream: "out" as const, text: HOSTILE }] };
    const asked = { change, steps: [unknown], unknown: { record: unknown, log } };
    const groups = { waiting: [row(1, { id: change.id })], running: [], mine: [], recent: [] };
    const view = renderHome({ groups, asked: new Map([[change.id, asked]]), locks: [] }, null, () => LINK);
    const details = detailsView(asked, "{}", "Nothing was decided.\nOne more line");
    for (const [shown, type] of [
      [view, "home"],
      [details, "modal"],
    ] as const) {
      assert.deepEqual(checkView(shown, type), []);
      assert.deepEqual(activeIn({ view: shown }, ["U1"]), []);
      assert.deepEqual(unseenIn({ view: shown }), []);
      // Quoted as it ran: one argument of two words is not two.
      assert.match(
        JSON.stringify(shown),
        /rich_text_preformatted","elements":\[\{"type":"text","text":"kubectl 'two words' /,
      );
      for (const answer of ["happened", "did_not_happen", "roll_back", "accept"])
        assert.match(JSON.stringify(shown), new RegExp(`"greenlight:${answer}"`));
    }
  });
});

function seen(change: Change): Seen {
  return { change, steps: [], unknown: null };
}
