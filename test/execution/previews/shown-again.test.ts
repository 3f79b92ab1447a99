import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bindings } from "#change/preview.ts";
import { whyNoLonger } from "#execution/previews/shown-again.ts";
import { aStep } from "#test/support/changes.ts";

const job = (status: object) => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "once", namespace: "staging" },
  status,
});
const ended = job({ conditions: [{ type: "Complete", status: "True" }] });
const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "app", namespace: "staging" } };

const deletes = aStep("delete job once -n staging");
const makes = {
  ...aStep("apply -f app.yaml -n staging"),
  rollback: { tool: "kubectl" as const, args: "delete cm app -n staging".split(" "), dir: "" },
};
const finished: Bindings["shown"] = [{ step: 1, shows: ["finished"] }];
const created: Bindings["shown"] = [{ step: 1, shows: ["created"] }];

/** A look that finds this, and a dry run that answers that. */
function looking(now: object | null, after: object | null = null) {
  return async (asked: readonly string[]) => {
    const found = asked[0] === "get" ? now : after;
    return { ok: true, stdout: found === null ? "" : JSON.stringify(found) } as const;
  };
}

test("a step runs while what its risk rests on is so", async () => {
  assert.equal(await whyNoLonger(deletes, finished, looking(ended)), null);
  assert.equal(await whyNoLonger(makes, created, looking(null, configMap)), null);
});

test("it does not once that is so no more", async () => {
  const again = await whyNoLonger(deletes, finished, looking(job({ active: 1 })));
  assert.match(again ?? "", /the job is not seen to have ended/);
  assert.match((await whyNoLonger(deletes, finished, looking(null))) ?? "", /not seen to have ended/);
  const there = await whyNoLonger(makes, created, looking(configMap, configMap));
  assert.match(there ?? "", /what it makes is there by now/);
});

test("nor where it cannot be looked at", async () => {
  const look = async () => ({ ok: false, problem: "The server did not answer" }) as const;
  assert.match((await whyNoLonger(deletes, finished, look)) ?? "", /The server did not answer/);
});

test("a step whose risk rests on no look is not looked at again", async () => {
  const look = () => assert.fail("it was looked at");
  for (const shown of [undefined, [], [{ step: 2, shows: ["finished" as const] }]])
    assert.equal(await whyNoLonger(deletes, shown, look), null);
});
