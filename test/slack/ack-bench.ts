import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { measureAcks } from "./acks.ts";

/** `npm run bench:ack`: 50 commands a second for 20 s. Slack waits 3 s; 300 ms at p99 is what we want. */
const RATE = { perSecond: 50, seconds: 20 };
const WANTED_MS = 300;

describe("the acknowledgement of commands", () => {
  it(`comes within ${WANTED_MS} ms at p99 while ${RATE.perSecond} commands a second arrive`, async () => {
    const { sent, acked, answered, p50, p99, worst } = await measureAcks(RATE);
    const times = `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, worst ${worst.toFixed(1)} ms`;
    process.stdout.write(`${acked} of ${sent} acknowledged, ${answered} answered: ${times}\n`);
    assert.equal(acked, sent);
    assert.equal(answered, sent);
    assert.ok(p99 < WANTED_MS);
  });
});
