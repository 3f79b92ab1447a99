import assert from "node:assert/strict";
import { it } from "node:test";
import { createPace } from "#slack/client/pace.ts";

it("lets three new messages through at once and then one a second, in each channel by itself", async () => {
  let now = 0;
  const pace = createPace(() => now);
  const msFor = async (channelId: string): Promise<number> => {
    const began = performance.now();
    await pace(channelId, new AbortController().signal);
    return performance.now() - began;
  };
  for (const _ of [1, 2, 3]) assert.ok((await msFor("C1")) < 500);
  const waited = await msFor("C1");
  assert.ok(waited > 950 && waited < 1_900, `${waited} ms`);
  assert.ok((await msFor("C2")) < 500);
  // That one has paid back a second and no more.
  now = 2_000;
  assert.ok((await msFor("C1")) < 500);
  const again = await msFor("C1");
  assert.ok(again > 950 && again < 1_900, `${again} ms`);
});

it("who waits no longer takes nobody's turn", async () => {
  const pace = createPace(() => 0);
  const never = new AbortController().signal;
  for (const _ of [1, 2, 3]) await pace("D1", never);
  // Each an answer that goes another way, because it could not wait.
  for (const _ of [1, 2, 3, 4, 5]) await assert.rejects(pace("D1", AbortSignal.timeout(5)));
  const began = performance.now();
  await pace("D1", never);
  const waited = performance.now() - began;
  assert.ok(waited > 950 && waited < 1_900, `${waited} ms`);
});
