import assert from "node:assert/strict";
import { test } from "node:test";
import { ASK_PACE, askedWaitMs, nextPauseMs } from "#agents/retries.ts";

const NOW = "Mon, 02 Nov 2026 10:00:00 GMT";
const soon = (seconds: number) => new Date(Date.parse(NOW) + seconds * 1_000);

const asked: [headers: Record<string, string>, ms: number | null][] = [
  [{}, null],
  [{ "retry-after": "60" }, 60_000],
  [{ "retry-after": "1.5" }, 1_500],
  [{ "retry-after": "0" }, 0],
  [{ "retry-after": "" }, null],
  [{ "retry-after": "-3" }, null],
  [{ "retry-after": "in a while" }, null],
  [{ "retry-after-ms": "250", "retry-after": "60" }, 250],
  // By the service's clock, whatever ours says.
  [{ date: NOW, "retry-after": soon(45).toUTCString() }, 45_000],
  [{ date: NOW, "retry-after": soon(-45).toUTCString() }, 0],
  [{ date: NOW, "anthropic-ratelimit-requests-reset": soon(30).toISOString() }, 30_000],
  [
    {
      date: NOW,
      ...{ "anthropic-ratelimit-requests-remaining": "0", "anthropic-ratelimit-tokens-remaining": "12" },
      "anthropic-ratelimit-requests-reset": soon(20).toISOString(),
      // Not used up: nobody has to wait for this one.
      "anthropic-ratelimit-tokens-reset": soon(50).toISOString(),
      "anthropic-ratelimit-input-tokens-reset": soon(25).toISOString(),
    },
    25_000,
  ],
  [{ date: NOW, "retry-after": "5", "anthropic-ratelimit-requests-reset": soon(30).toISOString() }, 5_000],
  [{ date: NOW, "anthropic-ratelimit-requests-reset": "never" }, null],
];

for (const [headers, ms] of asked)
  test(`${JSON.stringify(headers)} asks for ${ms === null ? "nothing" : `${ms} ms`}`, () => {
    assert.equal(askedWaitMs(new Headers(headers)), ms);
  });

const AGENTS = ["planner", "reviewer"] as const;

for (const agent of AGENTS)
  test(`the ${agent}'s eight tries outlive two minutes, and none begins past its time`, () => {
    for (let run = 0; run < 200; run += 1) {
      let elapsedMs = 0;
      const pauses: number[] = [];
      for (let busy = 1; ; busy += 1) {
        const pause = nextPauseMs(ASK_PACE, agent, { busy, elapsedMs, askedMs: null });
        if (pause === null) break;
        pauses.push(pause);
        elapsedMs += pause;
      }
      assert.equal(pauses.length, 7);
      assert.ok(elapsedMs > 125_000, `${elapsedMs} ms`);
      assert.ok(elapsedMs <= ASK_PACE.patienceMs[agent], `${elapsedMs} ms`);
    }
  });

test("pauses are spread, never shorter than asked for, and end with the time", () => {
  const pause = (busy: number, elapsedMs: number, askedMs: number | null) =>
    nextPauseMs(ASK_PACE, "planner", { busy, elapsedMs, askedMs });
  const some = Array.from({ length: 50 }, () => pause(6, 0, null) ?? 0);
  assert.ok(Math.max(...some) - Math.min(...some) > 2_000);
  for (let run = 0; run < 50; run += 1) {
    const long = pause(1, 0, 60_000) ?? 0;
    assert.ok(long >= 60_000 && long <= 66_000, `${long}`);
    assert.ok((pause(3, 0, 0) ?? 0) >= 8_000, "a service that asks for nothing is not asked at once again");
  }
  assert.equal(pause(1, 100_000, 90_000), null, "it asks for more than there is");
  assert.equal(pause(2, 180_000, null), null);
  assert.equal(pause(7, 170_000, null), 10_000, "the last try is made at the very end");
  assert.equal(pause(8, 0, null), null);
});
