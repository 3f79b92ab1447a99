import assert from "node:assert/strict";
import { describe, it } from "node:test";
import pino from "pino";
import type { DueMessage, OutboxPort } from "#change/outbox-port.ts";
import type { Delivery } from "#slack/client/failures.ts";
import { sendOne } from "#slack/sender/send-one.ts";

const DAY_MS = 86_400_000;

describe("when a message is tried again", () => {
  it("is twice as late with each failure, from a second up to a minute, and a fifth sooner at most", async () => {
    for (const [failures, longest] of [
      [0, 1_000],
      [1, 2_000],
      [5, 32_000],
      [6, 60_000],
      [500, 60_000],
    ] as const) {
      const [[call, ms] = []] = await outcomeOf({ kind: "later", why: "internal_error" }, failures);
      assert.equal(call, "postpone");
      assert.ok(Number(ms) <= longest && Number(ms) >= 0.8 * longest, `${failures} failures: ${ms} ms`);
    }
  });

  it("is what Slack asks for, for the whole lane, but for two minutes at most", async () => {
    assert.deepEqual(await outcomeOf({ kind: "pause", ms: 7_000 }, 3), [
      ["giveBack", 7_000],
      ["postponeLane", 7_000],
      ["returned", 7_000],
    ]);
    assert.deepEqual((await outcomeOf({ kind: "pause", ms: DAY_MS }, 3)).at(-1), ["returned", 120_000]);
  });

  it("is every five minutes for a day where the channel is shut, and never after that", async () => {
    const shut: Delivery = { kind: "never", why: "not_in_channel", isShut: true };
    const tries = DAY_MS / 300_000;
    assert.deepEqual((await outcomeOf(shut, tries - 1))[0], ["postpone", 300_000]);
    assert.deepEqual((await outcomeOf(shut, tries))[0], ["abandon", "not_in_channel"]);
    assert.deepEqual((await outcomeOf({ ...shut, isShut: false }, 0))[0], ["abandon", "not_in_channel"]);
  });

  it("is never for what is not needed any more, which is no error of anybody", async () => {
    const levels: number[] = [];
    const log = pino({}, { write: (line) => void levels.push(JSON.parse(line).level) });
    const why = "it has no place any more";
    assert.deepEqual((await outcomeOf({ kind: "needless", why }, 0, log))[0], ["abandon", why]);
    await outcomeOf({ kind: "never", why: "msg_too_long" }, 0, log);
    assert.deepEqual(levels, [pino.levels.values["info"], pino.levels.values["error"]]);
  });
});

/** What the store is told when Slack answers so, call by call, and for how long the lane rests. */
async function outcomeOf(
  delivery: Delivery,
  failures: number,
  log = pino({ level: "silent" }),
): Promise<[string, unknown][]> {
  const calls: [string, unknown][] = [];
  const noting = (name: string) => async (_about: unknown, value: unknown) => void calls.push([name, value]);
  const port = {
    postpone: noting("postpone"),
    giveBack: noting("giveBack"),
    postponeLane: noting("postponeLane"),
    abandon: noting("abandon"),
  } as unknown as OutboxPort;
  const gate = {
    isShut: () => false,
    refused: () => undefined,
    taken: () => undefined,
    tryAgain: async () => undefined,
  };
  const message = { changeId: "c", name: "card", lane: "C1", failures } as DueMessage;
  const sending = { port, deliver: async () => delivery, gate, log };
  calls.push(["returned", await sendOne(sending, message, new AbortController().signal)]);
  return calls;
}
