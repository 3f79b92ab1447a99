import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { between, nowhere, watch } from "#observe/crash-points.ts";

describe("the places a crash test kills the program at", () => {
  it("come before and after the work, and after a failure only before", async () => {
    const seen: string[] = [];
    const at = (point: string) => void seen.push(point);
    const work = between(at, "intent", async (text: string) => {
      seen.push(text);
      if (text === "bad") throw new Error("bad");
      return text.length;
    });
    assert.equal(await work("good"), 4);
    await assert.rejects(work("bad"));
    assert.deepEqual(seen, ["before intent", "good", "after intent", "before intent", "bad"]);
  });

  it("are put around methods of an object, which keep their object, also when it calls them itself", async () => {
    class Saver {
      #count = 0;
      async put(by: number): Promise<number> {
        this.#count += by;
        return this.#count;
      }
      twice(): Promise<number> {
        return this.put(2);
      }
    }
    const seen: string[] = [];
    const saver = watch((point) => void seen.push(point), new Saver(), { put: "checkpoint put" });
    assert.equal(await saver.put(1), 1);
    assert.equal(await saver.twice(), 3);
    assert.equal(seen.length, 4);
  });

  it("cost nothing where nobody listens: everything stays what it was", () => {
    const work = async () => 1;
    assert.equal(between(nowhere, "intent", work), work);
    const saver = { put: work };
    assert.equal(watch(nowhere, saver, { put: "checkpoint put" }).put, work);
  });
});
