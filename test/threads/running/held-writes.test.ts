import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createHeldWrites } from "#threads/running/held-writes.ts";

const away = () =>
  Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED", syscall: "connect" });

describe("a write that is held", () => {
  const create = () => {
    const said: [facts: object, text: string][] = [];
    const say = (facts: object, text: string): void => void said.push([facts, text]);
    return { held: createHeldWrites({ warn: say, error: say }), said };
  };

  it("is done again until the database answers, and says its outcome", async () => {
    const { held, said } = create();
    let tries = 0;
    const outcome = await held.until({ step: 1 }, async () => {
      tries += 1;
      if (tries < 3) throw away();
      return "written";
    });
    assert.deepEqual([outcome, tries, said.length], ["written", 3, 1]);
    await held.drain();
  });

  it("is not done again for any other fault", async () => {
    const { held } = create();
    let tries = 0;
    const broken = held.until({}, async () => {
      tries += 1;
      throw tries === 1 ? away() : new Error("duplicate key");
    });
    await assert.rejects(broken, /duplicate key/);
    assert.equal(tries, 2);
  });

  it("is given up when the grace of a stop is over, and the log says what was known of it", async () => {
    const { held, said } = create();
    const lost = held.until({ step: 7, outcome: "done" }, async () => {
      throw away();
    });
    held.giveUpIn(400);
    await assert.rejects(lost, /ECONNREFUSED/);
    await held.drain();
    const [facts, text] = said.at(-1) ?? [{}, ""];
    assert.match(text, /could not be written before the stop/);
    assert.partialDeepStrictEqual(facts, { step: 7, outcome: "done" });
    // What comes after that is tried once.
    await assert.rejects(
      held.until({}, async () => {
        throw away();
      }),
      /ECONNREFUSED/,
    );
  });
});
