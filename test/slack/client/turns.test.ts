import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { webApi } from "@slack/bolt";
import { createInTurn, type Turn } from "#slack/client/turns.ts";

const answer = (lane = "chat.postEphemeral C1", ms = 5_000): Turn => ({
  lane,
  kind: "answer",
  until: performance.now() + ms,
});
const message = (lane: string): Turn => ({ lane, kind: "message", until: 0 });
const limited = (seconds: number) => new webApi.WebAPIRateLimitedError(seconds);

describe("the turns of calls that write to Slack", () => {
  it("twenty answers at most are under way at once, and all of them come", async () => {
    const inTurn = createInTurn();
    const count = { now: 0, most: 0, done: 0 };
    const call = async () => {
      count.now += 1;
      count.most = Math.max(count.most, count.now);
      await sleep(5);
      count.now -= 1;
      count.done += 1;
    };
    await Promise.all(Array.from({ length: 65 }, (_, index) => inTurn(answer(`lane ${index}`), call)));
    assert.deepEqual([count.most, count.done], [20, 65]);
  });

  it("a pause holds for its lane alone: there an answer waits and a message is given back unasked", async () => {
    const inTurn = createInTurn();
    const calls: string[] = [];
    const pausing = inTurn(message("chat.postMessage C1"), async () => {
      calls.push("first");
      throw limited(0.2);
    });
    await assert.rejects(pausing, webApi.WebAPIRateLimitedError);
    const spared = inTurn(message("chat.postMessage C1"), async () => calls.push("spared"));
    await assert.rejects(spared, webApi.WebAPIRateLimitedError);
    await inTurn(message("chat.postMessage C2"), async () => calls.push("elsewhere"));
    const begun = performance.now();
    await inTurn(answer("chat.postMessage C1"), async () => calls.push("later"));
    assert.ok(performance.now() - begun >= 100, "it came within the pause");
    assert.deepEqual(calls, ["first", "elsewhere", "later"]);
  });

  it("nothing is begun again after its time, nor what Slack refuses by a code of its own", async () => {
    const inTurn = createInTurn();
    let calls = 0;
    const refusing = (error: unknown) => async () => {
      calls += 1;
      throw error;
    };
    await assert.rejects(inTurn(answer("one", 100), refusing(limited(1))), webApi.WebAPIRateLimitedError);
    await assert.rejects(inTurn(answer("two", 100), refusing(new Error("the line is down"))), /line/);
    const expired = new webApi.WebAPIPlatformError({ ok: false, error: "expired_trigger_id" });
    await assert.rejects(inTurn(answer("three"), refusing(expired)), /expired_trigger_id/);
    assert.equal(calls, 3);
  });

  it("an answer whose time is over while all are busy is not begun", async () => {
    const inTurn = createInTurn();
    let release = (): void => undefined;
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    const busy = Array.from({ length: 20 }, (_, index) => inTurn(answer(`lane ${index}`), () => slow));
    let calls = 0;
    const late = inTurn(answer("late", 50), async () => {
      calls += 1;
    });
    const gaveUp = await Promise.race([
      assert.rejects(late).then(() => true),
      sleep(1_000).then(() => false),
    ]);
    assert.equal(gaveUp, true, "it still waits");
    release();
    await Promise.all(busy);
    await inTurn(answer("next"), async () => undefined);
    assert.equal(calls, 0);
  });
});
