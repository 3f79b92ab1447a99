import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { types } from "@slack/bolt";
import type { Change } from "#change/change.ts";
import type { Risk } from "#change/plan.ts";
import { stepWords } from "#change/titles/step-words.ts";
import { checkBlocks } from "#playground/slack/blocks.ts";
import { checkView } from "#playground/slack/view-check.ts";
import { renderCard } from "#slack/cards/card.ts";
import { renderDirect } from "#slack/cards/direct-card.ts";
import { planPages } from "#slack/cards/plan-pages.ts";
import { approveForm } from "#slack/forms/approve.ts";
import { detailsView } from "#slack/forms/details.ts";
import { askedBlocks } from "#slack/home/asked.ts";
import { charsOf } from "#slack/text/blocks.ts";
import { SLACK_LIMITS } from "#slack/text/limits.ts";
import { riskiestParts } from "#slack/text/riskiest.ts";
import { aChange, aPlan, aQuestion, aStep } from "#test/support/changes.ts";

type Blocks = types.KnownBlock[];

const DANGER = "set sa deployment/payment-api cluster-admin -n production";
const NOTE = (at: number) => `annotate deployment/payment-api note-${at}=x -n production`;

/** Every place an approver reads a plan, each with its blocks and what hides none of them. */
const places: Record<string, (change: Change) => Blocks> = {
  "the card, rich": (change) => renderCard(change, [], { pagesStand: true, takes: () => true }).blocks,
  "the card, classic": (change) => renderCard(change, [], { pagesStand: true }).blocks,
  "the direct card, rich": (change) => direct(change, () => true),
  "the direct card, classic": (change) => direct(change, () => false),
  Details: (change) => detailsView({ change, steps: [], unknown: null }, "{}", null).blocks as Blocks,
  "the Home": (change) => askedBlocks({ change, steps: [], unknown: null }),
};

describe("a plan with one step that is riskier than the others", () => {
  for (const [place, blocksOf] of Object.entries(places)) {
    it(`names that step before all others, open, in ${place}`, () => {
      for (const low of ["low", "medium"] as const) {
        const blocks = blocksOf(twenty("high", low));
        assert.deepEqual(checkBlocks(blocks, place === "Details" ? "modal" : "message", "/blocks"), []);
        const open = JSON.stringify(blocks.filter(({ type }) => type !== "container" && type !== "actions"));
        const said = open.indexOf(stepWords(aStep(DANGER)));
        assert.ok(said >= 0 && !open.slice(0, said).includes("note-"), "nothing harmless stands before it");
      }
    });
  }

  for (const place of ["the card, rich", "the card, classic", "the direct card, rich", "Details"]) {
    it(`shows its exact command unfolded and before the others in ${place}`, () => {
      const blocks = places[place]?.(twenty("high", "low")) ?? [];
      const unfolded = blocks.filter(
        (block) => block.type !== "container" || block.default_collapsed !== true,
      );
      const text = JSON.stringify(unfolded);
      const at = text.indexOf("kubectl set sa deployment/payment-api cluster-admin -n production");
      assert.ok(at >= 0, "its command is open");
      assert.ok(!text.slice(0, at).includes("kubectl annotate"), "no other command stands before it");
    });
  }

  it("is called by that step in the headline, and the reasons and the dialog begin with it", () => {
    for (const takes of [() => true, () => false]) {
      const change = twenty("medium", "low");
      const { blocks } = renderCard(change, [], { pagesStand: true, takes });
      assert.ok(JSON.stringify(blocks[0]).includes(`: ${stepWords(aStep(DANGER))} + 19 `));
      const { title, text } = dialogOf(blocks);
      assert.match(title, /\b20\b/);
      assert.match(
        text,
        /^\w+ 12, medium: kubectl set sa deployment\/payment-api cluster-admin -n production\n/,
      );
      assert.match(text, /\n[^\n]* 1[5-8] [^\n]*\(1[5-8] low\)[^\n]*$/);
      assert.ok(text.length <= SLACK_LIMITS.confirmText);
    }
  });

  it("has its command before what is changed by all of them", () => {
    const looked = { isBeforeChange: false, facts: [], omitted: 0, risk: "low" as const, reasons: [] };
    const row = { action: "update" as const, before: null, after: "x" };
    const previews = Array.from({ length: 9 }, (_, at) => ({
      ...{ ...looked, step: at + 1 },
      rows: [{ ...row, target: `Deployment/payment-api metadata.annotations.note-${at + 1}` }],
    }));
    for (const place of ["the card, rich", "the card, classic"]) {
      const text = JSON.stringify(places[place]?.({ ...twenty("high", "medium"), previews }));
      const table = text.indexOf("metadata.annotations.note-1");
      const command = text.indexOf("kubectl set sa deployment/payment-api cluster-admin");
      assert.ok(command >= 0 && table > command, place);
    }
  });

  it("folds steps of low risk alone", () => {
    for (const [rest, folded] of [
      ["low", 1],
      ["medium", 0],
    ] as const) {
      const blocks = places["the card, rich"]?.(twenty("high", rest)) ?? [];
      const collapsed = blocks.filter((block) => block.type === "container" && block.default_collapsed);
      assert.equal(collapsed.length, folded, rest);
      assert.doesNotMatch(JSON.stringify(collapsed), /cluster-admin|medium risk|high risk/);
    }
  });

  it("says of what stands in the thread which steps and how risky they are", () => {
    const change = twenty("high", "medium");
    const text = JSON.stringify(places["the card, classic"]?.(change));
    assert.match(text, /10, 11 and 13 to 20 [^"]*20 [^"]*medium/);
    const thread = JSON.stringify(planPages(change));
    for (const at of [10, 11, 13, 20]) assert.ok(thread.includes(`note-${at}=x`), String(at));
    assert.doesNotMatch(thread, /cluster-admin/);
  });
});

describe("what a card has no room for", () => {
  it("is the least risky, whatever its length", () => {
    const long = Array.from({ length: 20 }, (_, at) =>
      aStep(at === 18 ? DANGER : `${NOTE(at + 1)} --field-manager=${"m".repeat(700)}`),
    );
    const change = aChange({
      ...{ status: "waiting", plan: aPlan(long), risk: "high", decisions: [aQuestion()] },
      stepRisks: long.map((_, at): Risk => (at === 18 ? "high" : "medium")),
    });
    for (const place of ["the card, rich", "the card, classic"]) {
      const blocks = places[place]?.(change) ?? [];
      assert.deepEqual(checkBlocks(blocks, "message", "/blocks"), []);
      assert.ok(blocks.reduce((sum, block) => sum + charsOf(block), 0) <= SLACK_LIMITS.message);
      assert.match(JSON.stringify(blocks), new RegExp(`high.*${DANGER}`));
    }
  });

  it("is none of twenty steps that are all high, where they are as short as most", () => {
    const steps = Array.from({ length: 20 }, (_, at) => aStep(`delete pod web-${at + 1} -n production`));
    const change = aChange({
      ...{ status: "waiting", plan: aPlan(steps), risk: "high", decisions: [aQuestion()] },
      stepRisks: steps.map(() => "high" as const),
    });
    for (const place of ["the card, rich", "the card, classic"]) {
      const blocks = places[place]?.(change) ?? [];
      assert.deepEqual(checkBlocks(blocks, "message", "/blocks"), []);
      assert.ok(blocks.length <= SLACK_LIMITS.blocks);
      const open = JSON.stringify(
        blocks.filter((block) => block.type !== "container" || block.default_collapsed !== true),
      );
      for (let at = 1; at <= 20; at += 1) assert.ok(open.includes(`delete pod web-${at} `), String(at));
    }
  });

  it("counts by risk in the dialog", () => {
    const steps = Array.from({ length: 20 }, (_, at) => aStep(`delete pod web-${at + 1} -n production`));
    const stepRisks = steps.map((_, at): Risk => (at < 12 ? "low" : "medium"));
    const change = aChange({
      ...{ status: "waiting", plan: aPlan(steps), risk: "medium", decisions: [aQuestion()], stepRisks },
    });
    const { text } = dialogOf(places["the card, classic"]?.(change) ?? []);
    assert.match(text, /^\w+ 13, medium: .*\n\w+ 14, medium: /);
    assert.match(text, / 1\d [^\n]*\((\d medium, )?12 low\)[^\n]*$/);
  });
});

describe("the dialog of Approve", () => {
  it("cuts nothing from the middle of the riskiest command that is as long as most", () => {
    const danger = `${DANGER} --context=prod-eu-west-1-main --field-manager=greenlight`;
    const steps = [aStep(NOTE(1)), aStep(danger), aStep(NOTE(2))];
    const change = aChange({
      ...{ status: "waiting", plan: aPlan(steps), risk: "medium", decisions: [aQuestion()] },
      stepRisks: ["low", "medium", "low"],
    });
    const { text } = dialogOf(places["the card, classic"]?.(change) ?? []);
    assert.match(text, new RegExp(`^\\w+ 2, medium: kubectl ${danger}\\n`));
    assert.ok(text.length <= SLACK_LIMITS.confirmText);
  });
});

describe("the form of Approve, of what is high risk", () => {
  it("has the riskiest command first and whole, says how many it leaves to the card, and fits into a form", () => {
    const change = twenty("high", "medium");
    const id = "00000000-0000-4000-8000-000000000000";
    const start = approveForm.start(`${id}:1:1:${"a".repeat(12)} high`, "U0BEN");
    assert.ok(start !== null && start !== "old" && !("refusal" in start));
    const view = start.fill?.({ change, steps: [], unknown: null }, "{}");
    assert.deepEqual(checkView(view, "modal"), []);
    const text = JSON.stringify(view);
    assert.ok(text.indexOf(`kubectl ${DANGER}`) < text.indexOf("kubectl annotate"));
    assert.match(text, /and 14 more/);
  });
});

describe("a plan whose steps are all alike", () => {
  it("stands in the order it runs in, and nothing is said of the riskiest", () => {
    const steps = [aStep("rollout restart deployment/web"), aStep("rollout restart deployment/api")];
    const change = aChange({
      ...{ status: "waiting", plan: aPlan(steps), stepRisks: ["medium", "medium"] },
      decisions: [aQuestion()],
    });
    assert.deepEqual(riskiestParts(change), []);
    for (const blocksOf of Object.values(places)) {
      const text = JSON.stringify(blocksOf(change));
      assert.ok(text.indexOf("deployment/web") < text.indexOf("deployment/api"));
    }
  });
});

function twenty(worst: Risk, rest: Risk): Change {
  const steps = Array.from({ length: 20 }, (_, at) => aStep(at === 11 ? DANGER : NOTE(at + 1)));
  return aChange({
    ...{ status: "waiting", plan: aPlan(steps), risk: worst, decisions: [aQuestion()] },
    stepRisks: steps.map((_, at) => (at === 11 ? worst : rest)),
    riskReasons: ["step 12, high: kubectl set serviceaccount: changes what its pods may do"],
  });
}

function direct(change: Change, takes: () => boolean): types.KnownBlock[] {
  return renderDirect(change, [], { isTheirs: true, cardTs: null, linkTo: () => null, takes }).blocks;
}

function dialogOf(blocks: Blocks): { title: string; text: string } {
  const buttons = blocks.flatMap((block) => (block.type === "actions" ? block.elements : []));
  const approve = buttons.find((one) => one.type === "button" && one.action_id === "greenlight:approve");
  assert.ok(approve?.type === "button" && approve.confirm !== undefined, "Approve asks once more");
  return { title: approve.confirm.title?.text ?? "", text: approve.confirm.text.text };
}
