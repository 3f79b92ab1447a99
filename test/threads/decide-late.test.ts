import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Person } from "#change/person.ts";
import { builtInPolicy } from "#policy/document.ts";
import { migrate } from "#store/postgres/migrate.ts";
import { createDatabase } from "#test/support/postgres.ts";
import { DIGEST, type Instance, putQuestion, startInstance } from "./expiry-rounds.ts";

const BEN: Person = { kind: "token", name: "ben", role: "approver", slackId: null };
const GONE = "ENOENT: no such file or directory";

describe("an approval whose look at the workspace fails", () => {
  let scratch: Awaited<ReturnType<typeof createDatabase>>;
  let instance: Instance;
  /** What happens to the change while it is looked at. */
  let meanwhile: (changeId: string) => Promise<unknown> = async () => undefined;
  before(async () => {
    scratch = await createDatabase({ migrate });
    instance = startInstance(scratch.config, builtInPolicy, async ({ id }) => {
      await meanwhile(id);
      throw new Error(GONE);
    });
  });
  after(async () => {
    await instance.stop();
    await scratch.drop();
  });

  const approve = async () => {
    const changeId = await putQuestion(instance.database, { openMinutes: 60, escalateMinutes: null });
    const question = { changeId, gate: "approval", revision: 1, round: 1, digest: DIGEST } as const;
    const said = { by: BEN, reason: "As was agreed" } as const;
    const decide = (answer: "approve" | "reject") =>
      instance.changes.decide({ ...question, ...said, answer });
    return { decide, changeId };
  };

  it("is told who was first when the change was answered meanwhile: what ended leaves no files to look at", async () => {
    const { decide } = await approve();
    meanwhile = () => decide("reject");
    const decided = await decide("approve");
    assert.ok(decided.kind === "already", decided.kind);
    assert.equal(decided.decision.answer, "reject");
  });

  it("is a fault while the question is open, and decides nothing", async () => {
    const { decide, changeId } = await approve();
    meanwhile = async () => undefined;
    await assert.rejects(() => decide("approve"), { message: GONE });
    assert.equal((await instance.changes.get(changeId))?.decisions[0]?.answer, null);
  });
});
