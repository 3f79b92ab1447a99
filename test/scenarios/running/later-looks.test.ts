import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import type { Change } from "#change/change.ts";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import type { Message } from "#playground/slack/workspace.ts";
import { approvedAs } from "#test/support/approved.ts";
import { verdictOf, waitingCard } from "#test/support/cards.ts";
import { type Program, planOf, startProgram } from "#test/support/program.ts";
import {
  answerTo,
  cards,
  changeIdOf,
  hasButton,
  replies,
  standIn,
  textOf,
  waitFor,
} from "#test/support/slack.ts";
import { soon } from "#test/support/soon.ts";

const exec = promisify(execFile);
const ROLL_BACK = "greenlight:ask_rollback";
/** A second for somebody else to act before the first look. */
const AFTER_MS = [1_500, 3_000];

describe("looks after a verdict", () => {
  let program: Program;
  let slack: SlackStandIn;
  before(async () => {
    program = await startProgram({}, { laterLooksMs: AFTER_MS });
    slack = standIn(program);
  });
  after(() => program.close());

  const scaled = async (name: string, from: number, to: number): Promise<{ card: Message; id: string }> => {
    const line = (replicas: number) => `scale deployment/${name} --replicas=${replicas} -n production`;
    program.model.script({ agent: "planner", json: planOf([[line(to), line(from)]]) });
    const card = await waitingCard(slack, `scale ${name} from ${from} to ${to}`);
    await slackApproves(card);
    await verdictOf(slack, card);
    return { card, id: await changeIdOf(slack, card) };
  };
  const slackApproves = async (card: Message): Promise<void> => {
    const id = await changeIdOf(slack, card);
    const change = await program.until(id, "waiting");
    await program.decide(change, "approve");
    await program.until(id, "done");
  };
  const kubectl = (line: string, ...more: string[]) =>
    exec(join(program.config.dataDir, "sample", "bin", "kubectl"), [...line.split(" "), ...more], {
      env: { PATH: program.config.inherited["PATH"] },
    });
  const laterOf = (card: Message) =>
    replies(slack, card).filter((message) => /No longer as it was left/.test(textOf(message.blocks)));
  const lookedAt = async (id: string, times: number): Promise<Change> => {
    let change: Change | null = null;
    await soon(`${times} looks`, async () => {
      change = await program.app.changes.get(id);
      return change?.laterLooks.length === times;
    });
    return change ?? assert.fail("it is gone");
  };
  const pending = async (id: string): Promise<number> => {
    const { rows } = await program.app.database.query("select 1 from later_looks where change_id = $1", [id]);
    return rows.length;
  };

  it("say nothing where all holds, and are made once each", async () => {
    const { card, id } = await scaled("checkout", 2, 3);
    const change = await lookedAt(id, 2);
    assert.deepEqual(
      change.laterLooks.map(({ number, facts }) => [number, facts.map(({ state }) => state)]),
      [
        [1, ["good"]],
        [2, ["good"]],
      ],
    );
    assert.deepEqual([change.status, await pending(id), laterOf(card)], ["done", 0, []]);
  });

  it("tell once in the thread what was taken back, undo nothing, and offer the way back as a change of its own", async () => {
    const { card, id } = await scaled("payment-api", 3, 5);
    const patch = JSON.stringify({ spec: { replicas: 3 } });
    await kubectl("patch deployment payment-api -n production --field-manager=argocd -p", patch);
    const change = await lookedAt(id, 2);
    const [told, ...more] = await waitFor(() => (laterOf(card).length > 0 ? laterOf(card) : undefined), "it");
    assert.deepEqual(more, [], "what the first look told is not told again");
    assert.match(textOf(told), /replicas was taken back from 5 to 3 by argocd/);
    assert.deepEqual([change.status, await program.ran(id)], ["done", ["forward 1 done"]]);
    assert.ok(told !== undefined && hasButton(told, ROLL_BACK));
    const known = cards(slack).length;
    const answer = await answerTo(slack, slack.users.ana, told, ROLL_BACK);
    assert.match(answer, approvedAs("clicks-after/rollback-accepted"));
    await waitFor(() => cards(slack).length > known || undefined, "the card of the way back");
  });

  it("end silently once another change takes the same target", async () => {
    const { card, id } = await scaled("web", 2, 6);
    const next = await scaled("web", 6, 7);
    assert.equal(await pending(id), 0);
    await lookedAt(next.id, 2);
    const looks = (await program.app.changes.get(id))?.laterLooks ?? [];
    assert.ok(looks.length < AFTER_MS.length, "the first look may have come before the other change");
    assert.deepEqual([laterOf(card), laterOf(next.card)], [[], []]);
  });

  it("survive a stop, and what was seen before the change is kept for them a day, then forgotten", async () => {
    const { id } = await scaled("legacy-report", 1, 2);
    await program.restart();
    slack = standIn(program);
    await lookedAt(id, 2);
    const kept = async () => {
      const { rows } = await program.app.database.query(
        "select forget_at > now() + interval '23 hours' as days from sealed_files where change_id = $1",
        [id],
      );
      return rows;
    };
    assert.deepEqual(await kept(), [{ days: true }]);
  });

  it("are not made of what only read, was rejected, or ended long ago", async () => {
    program.model.script({ agent: "planner", json: planOf([["get deployments -n staging", null]], "low") });
    const read = await program.ask("what runs in staging?");
    assert.deepEqual([read.status, await pending(read.id)], ["done", 0]);
    const { id } = await scaled("checkout", 3, 4);
    await lookedAt(id, 2);
    await program.lookAgain(id);
    await pause(100);
    assert.equal(await pending(id), 0, "an ended change that is carried on once more is not looked at again");
  });
});
