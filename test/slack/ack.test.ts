import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { measureAcks } from "./acks.ts";

/** Slack's own; `npm run bench:ack` holds ours on a machine that does nothing else. */
const PATIENCE_MS = 3_000;

describe("the acknowledgement of commands", () => {
  it("comes before the work, and every command is answered, while 50 a second arrive", async () => {
    const { sent, acked, answered, p99 } = await measureAcks({ perSecond: 50, seconds: 2 });
    assert.equal(acked, sent);
    assert.equal(answered, sent);
    assert.ok(p99 < PATIENCE_MS, `p99 was ${p99.toFixed(0)} ms`);
  });
});
