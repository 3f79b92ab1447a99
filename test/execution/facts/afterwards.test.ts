import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lookTwice } from "#execution/facts/afterwards.ts";
import type { Became } from "#execution/facts/became.ts";
import type { StepNow } from "#execution/facts/step-now.ts";
import { wasRefused } from "#execution/reasons/kubectl.ts";

const PACE = { firstMs: 1, mostMs: 4, steadyMs: 10, standMs: 30, landMs: 120 };

describe("two looks at a step that did not end well", () => {
  it("agree at once on what was refused, and a request without an answer may land after the first", async () => {
    assert.deepEqual(await looks(["before"], true), { became: "before", looks: 2 });
    assert.deepEqual(await looks(["before", "before", "before", "after"], false), {
      became: "after",
      looks: 5,
    });
  });

  it("that show the state before count only once nothing can land any more", async () => {
    const began = performance.now();
    assert.equal((await looks(["before"], false)).became, "before");
    assert.ok(performance.now() - began >= PACE.landMs);
  });

  it("that differ are none, and what is not kept is not looked at twice", async () => {
    assert.equal((await looks(["before", "other", "before", "other"], true, true)).became, null);
    const seen = await lookTwice(async () => ({ kind: "untold" }), true, given());
    assert.equal(seen?.kind, "untold");
  });

  it("end when they are told to", async () => {
    assert.equal(await lookTwice(async () => now("before"), false, given(AbortSignal.timeout(5))), null);
  });
});

describe("a no of the server", () => {
  it("is one by its kind, and nothing else counts as one", () => {
    const noes = [
      'Error from server (Forbidden): deployments.apps "web" is forbidden: User "bot" cannot patch resource "deployments" in API group "apps" in the namespace "x"',
      "error: Expected replicas to be 4, was 7",
      'Error from server (Conflict): Operation cannot be fulfilled on deployments.apps "web": the object has been modified',
      'Error from server (AlreadyExists): configmaps "a" already exists',
    ];
    for (const words of noes) assert.equal(wasRefused(words), true, words);
    assert.equal(wasRefused(noes.join("\n")), true);
    const open = [
      "",
      "Unable to connect to the server: EOF",
      "Error from server (Timeout): the server was unable to return a response in the time allotted, but may still be processing the request",
      "Error from server: etcdserver: request timed out",
      'error: unable to upgrade connection: Forbidden (user=bot, verb=create, resource=nodes, subresource=proxy): "x" is forbidden: no',
    ];
    for (const words of open) assert.equal(wasRefused(words), false, words);
    assert.equal(wasRefused(`${noes[0]}\n${open[1]}`), false);
  });
});

/** Looks that show these one after the other, the last again and again; or all of them in turn. */
async function looks(
  shown: Became[],
  refused: boolean,
  inTurn = false,
): Promise<{ became: Became | null; looks: number }> {
  let count = 0;
  const seen = await lookTwice(
    async () => {
      const at = inTurn ? count % shown.length : Math.min(count, shown.length - 1);
      count += 1;
      return now(shown[at] ?? "before");
    },
    refused,
    given(),
  );
  return { became: seen?.kind === "seen" ? (seen.objects[0]?.became ?? null) : null, looks: count };
}

function now(became: Became): StepNow {
  return { kind: "seen", objects: [{ target: "Deployment/web", became, says: "" }] };
}

function given(signal = new AbortController().signal) {
  return { pace: PACE, now: () => performance.now(), signal };
}
