import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ApprovalTerms } from "#change/approval.ts";
import type { Change, Decision } from "#change/change.ts";
import type { Person } from "#change/person.ts";
import { isPastApproving, stillApprovers } from "#change/still-approve.ts";
import { viewOf } from "#http/view.ts";
import { approvalBlocks } from "#slack/cards/approval-lines.ts";
import { renderCard } from "#slack/cards/card.ts";
import { renderDirect } from "#slack/cards/direct-card.ts";
import { renderNotice } from "#slack/cards/notice-message.ts";
import { detailsView } from "#slack/forms/details.ts";
import { rich } from "#slack/text/blocks.ts";
import { statePart } from "#slack/text/state-part.ts";
import { approvedIn } from "#test/support/approved.ts";
import { aChange, aQuestion } from "#test/support/changes.ts";
import { mrkdwnOf } from "#test/support/slack.ts";

const AT = new Date("2026-11-23T03:30:00Z");

describe("who can approve", () => {
  const approved = approvedIn("who-can-approve");
  it("is everybody named but who asked, who said how it should be, and who has approved", () => {
    const change = asked({}, [wish("U2"), open([yes("U3")])]);
    assert.deepEqual(named(change), ["U4"]);
    for (const text of shown(change)) assert.deepEqual(linesWith(text, "<@U4>"), [["<@U4>"]]);
  });

  it("is the requester too where the rules say so, and the token of none of them", () => {
    assert.deepEqual(named(asked({ requesterMayApprove: true })), ["U1", "U2", "U3", "U4"]);
    const requester: Person = { kind: "token", name: "ci", role: "approver", slackId: "U2" };
    const byToken = { ...asked({ approvers: [list({ tokens: ["ci", "ops"] })] }), requester };
    const [left] = stillApprovers(byToken, termsOf(byToken));
    assert.deepEqual(left?.tokens, ["ops"]);
    assert.deepEqual(left.users, ["U1", "U3", "U4"]);
  });

  it("is of several environments only who is named for each, in one line", () => {
    const approvers = [
      list({ environments: ["production"], users: ["U1", "U2", "U3"] }),
      list({ environments: ["staging"], users: ["U2", "U3", "U4"] }),
    ];
    const change = asked({ approvers });
    for (const text of shown(change)) assert.deepEqual(linesWith(text, "<@U2>"), [["<@U2>", "<@U3>"]]);
    const byGroup = asked({ approvers: [approvers[0] ?? list({}), list({ users: [], groups: ["S1"] })] });
    for (const text of shown(byGroup)) {
      assert.match(text, / production: <@U2>, <@U3>/);
      assert.deepEqual(linesWith(text, "<!subteam^S1>"), [["<!subteam^S1>"]]);
    }
  });

  it("is nobody where nobody is left, and says so", () => {
    const change = asked({ approvers: [list({ users: ["U1", "U2"] })] }, [wish("U2"), open()]);
    for (const text of shown(change))
      assert.deepEqual([...new Set(linesWith(text, "").flat())].toSorted(), ["<@U1>", "<@U2>"]);
    approved("nobody", termsBlocks(change));
  });

  it("keeps groups, with who cannot although they may be in one", () => {
    const change = asked({ approvers: [list({ users: ["U1"], groups: ["S1"] })] });
    const [card = ""] = shown(change);
    assert.deepEqual(linesWith(card, "<!subteam^S1>"), [["<!subteam^S1>"]]);
    approved("of-a-group", termsBlocks(change));
    approved("of-people", termsBlocks(asked({})));
  });

  it("is the same in the API", () => {
    const change = asked({}, [wish("U2"), open([yes("U3")])]);
    const view = JSON.stringify(viewOf(change, []));
    assert.match(view, /"can_still_approve":\[\{"environments":\["production"\],"users":\["U4"\]/);
  });

  it("counts a person by every id they are known by", () => {
    const requester: Person = { kind: "slack", teamId: "T1", userId: "U1", enterpriseUserId: "W4" };
    const change = { ...asked({ approvers: [list({ users: ["U1", "W4", "U2"] })] }), requester };
    assert.deepEqual(named(change), ["U2"]);
    assert.ok(isPastApproving(change, termsOf(change), { kind: "slack", teamId: "T2", userId: "W4" }));
  });
});

describe("what is said of an escalation", () => {
  const approved = approvedIn("escalations");
  const brought = { approvers: [list({ escalated: { users: ["U4", "U1", "U2"], groups: [] } })] };

  it("names nobody who cannot approve", () => {
    const change = asked(brought, [wish("U2"), open([], AT)]);
    const [card = ""] = shown(change);
    const brought4 = linesWith(card, "<@U4>");
    assert.ok(brought4.length > 1, "those who can approve, and whom it has brought");
    for (const line of brought4) assert.ok(!line.includes("<@U1>") && !line.includes("<@U2>"), line.join());
  });

  it("says that nobody had answered only where nobody had", () => {
    const key = { kind: "notice", notice: "escalation", revision: 1, round: 1, number: 1 } as const;
    const silent = asked({ ...brought, quorum: 2 }, [open([], AT)]);
    approved("escalated-unanswered", termsBlocks(silent));
    approved("escalation-unanswered", renderNotice(silent, key, null));
    const half = asked({ ...brought, quorum: 2 }, [open([yes("U3", -1)], AT)]);
    approved("escalated-one-of-two", termsBlocks(half));
    approved("escalation-one-of-two", renderNotice(half, key, null));
    const later = asked({ ...brought, quorum: 2 }, [open([yes("U3", 1)], AT)]);
    approved("escalated-before-the-first-yes", termsBlocks(later));
  });
});

describe("a card with one person", () => {
  const direct = (change: Change, userId: string) =>
    JSON.stringify(
      renderDirect(change, [], { isTheirs: true, cardTs: null, linkTo: () => null, userId }).blocks,
    );

  it("asks nobody for an approval that would be refused", () => {
    const change = asked({}, [wish("U2"), open()]);
    assert.doesNotMatch(direct(change, "U2"), /"greenlight:approve"/);
    assert.match(direct(change, "U2"), /"greenlight:details"/);
    assert.match(direct(change, "U4"), /"greenlight:approve"/);
  });

  it("offers to break the glass only to who may", () => {
    const change = asked({ breakGlass: ["U3"] });
    assert.match(direct(change, "U3"), /"greenlight:break_glass".*"danger"/);
    assert.doesNotMatch(direct(change, "U4"), /break_glass/);
    assert.match(direct(asked({ breakGlass: ["W3"] }), "U4"), /break_glass/);
    const everybody = JSON.stringify(renderCard(change, [], { pagesStand: true }).blocks);
    assert.doesNotMatch(everybody, /"greenlight:break_glass"/);
    assert.match(everybody, /"overflow".*"value":"break_glass /);
  });
});

function shown(change: Change): string[] {
  const card = renderCard(change, [], { pagesStand: true });
  return [card.blocks, detailsView({ change, steps: [], unknown: null }, "{}", null)].map((one) =>
    JSON.stringify(one),
  );
}

/** What is said of who approves: the state, and what stands beside it. */
function termsBlocks(change: Change): unknown[] {
  return [rich(statePart(change, [])), ...approvalBlocks(change)];
}

/** The paragraphs of rich text, with mentions as Slack's own text has them. */
function paragraphsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(paragraphsOf);
  if (typeof value !== "object" || value === null) return [];
  if ("type" in value && value.type === "rich_text_section" && "elements" in value) {
    const pieces = Array.isArray(value.elements) ? value.elements : [];
    return [pieces.map(pieceText).join("")];
  }
  return Object.values(value).flatMap(paragraphsOf);
}

function pieceText(piece: { text?: string; user_id?: string; usergroup_id?: string }): string {
  if (piece.user_id !== undefined) return `<@${piece.user_id}>`;
  return piece.usergroup_id === undefined ? (piece.text ?? "") : `<!subteam^${piece.usergroup_id}>`;
}

/** Whom each line of it names in which this stands; who asked has a line of their own. */
function linesWith(shownJson: string, part: string): string[][] {
  const shown: unknown = JSON.parse(shownJson);
  const lines = [...mrkdwnOf(shown), ...paragraphsOf(shown)].map((line) =>
    [...line.matchAll(/<@\w+>|<!subteam\^\w+>/g)].map(([one]) => one),
  );
  return lines.filter((line) => (part === "" ? line.length > 0 : line.includes(part)));
}

function named(change: Change): string[] {
  return stillApprovers(change, termsOf(change)).flatMap(({ users }) => users);
}

function termsOf({ terms }: Change): ApprovalTerms {
  assert.ok(terms !== null);
  return terms;
}

function asked(terms: Partial<ApprovalTerms>, decisions: Decision[] = [open()]): Change {
  return aChange({
    ...{ status: "waiting", decisions },
    terms: {
      ...{ asksPerson: true, quorum: 1, requesterMayApprove: false, openMinutes: 60, nextEscalation: null },
      ...{ freezes: [], breakGlass: [], typedTarget: null, destroys: [], problem: null },
      approvers: [list({})],
      ...terms,
    },
  });
}

function list(given: Partial<ApprovalTerms["approvers"][number]>): ApprovalTerms["approvers"][number] {
  const users = ["U1", "U2", "U3", "U4"];
  return { environments: ["production"], users, groups: [], tokens: null, escalated: null, ...given };
}

function open(approvals: Decision["approvals"] = [], escalatedAt: Date | null = null): Decision {
  return aQuestion({ approvals, escalatedAt, expiresAt: new Date("2026-11-23T04:00:00Z") });
}

function wish(userId: string): Decision {
  return aQuestion({ revision: 0, answer: "request_changes", by: person(userId), reason: "use 4" });
}

function yes(userId: string, minutes = 0): Decision["approvals"][number] {
  return { by: person(userId), reason: null, at: new Date(AT.getTime() + minutes * 60_000) };
}

function person(userId: string): Person {
  return { kind: "slack", teamId: "T1", userId };
}
