import assert from "node:assert/strict";
import { chmod, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import type { Change } from "#change/change.ts";
import { type Program, planOf, startProgram } from "#test/support/program.ts";

const POLICY = `version: 1
environments:
  staging: {namespaces: [staging]}
unattended: {medium: [staging]}
deadlines:
  settle_seconds: 20
  verbs: {kubectl set env: 1}
`;

/** How the next changing commands end, by what stands in the file beside it; looks and dry runs are the stand-in's. */
const WRAPPER = (dir: string) => `#!/bin/sh
case " $* " in *" --dry-run"*|*" get "*|*" config "*|*" auth "*) exec '${dir}/kubectl.real' "$@";; esac
case $(cat '${dir}/mode') in
  lost) '${dir}/kubectl.real' "$@"; echo 'Unable to connect to the server: EOF' >&2; exit 1;;
  cut) echo 'Unable to connect to the server: EOF' >&2; exit 1;;
  forbidden) echo 'Error from server (Forbidden): deployments.apps "web" is forbidden: User "bot" cannot patch resource "deployments" in API group "apps" in the namespace "staging"' >&2; exit 1;;
  half) for word in "$@"; do shift; [ "$word" = deployment/legacy-report ] || set -- "$@" "$word"; done
    '${dir}/kubectl.real' "$@"; echo 'Error from server (Forbidden): deployments.apps "legacy-report" is forbidden: not you' >&2; exit 1;;
  hang) '${dir}/kubectl.real' "$@"; sleep 30;;
  stuck) sleep 30;;
esac
exec '${dir}/kubectl.real' "$@"
`;

describe("a step that did not end well", () => {
  let program: Program;
  let bin: string;
  before(async () => {
    program = await startProgram({}, { policy: POLICY });
    bin = join(program.config.dataDir, "sample", "bin");
    await rename(join(bin, "kubectl"), join(bin, "kubectl.real"));
    await writeFile(join(bin, "mode"), "well");
    await writeFile(join(bin, "kubectl"), WRAPPER(bin));
    await chmod(join(bin, "kubectl"), 0o755);
  });
  after(() => program.close());
  beforeEach(() => writeFile(join(bin, "mode"), "well"));

  /** Runs a plan; the first changing command of it that is not of `well` ends as the mode says. */
  async function run(
    mode: string,
    steps: Parameters<typeof planOf>[0],
    result: "approved" | "rollback" | "needs_human" | null = null,
  ): Promise<Change> {
    await writeFile(join(bin, "mode"), mode);
    program.model.script({ agent: "planner", json: planOf(steps) });
    if (result !== null) program.model.script({ agent: "reviewer", json: { result, notes: "Looked at." } });
    return program.ask("do it in staging");
  }
  const lastError = async (change: Change) =>
    (await program.app.changes.steps(change.id)).at(-1)?.error ?? "";
  const stands = (change: Change) =>
    change.review?.facts?.map(({ target, changed }) => [target, changed ?? null]);
  const scale = (count: number) => `scale deployment/web --replicas=${count} -n staging`;

  it("is done where only its answer was lost, and the record says so", async () => {
    const change = await run("lost", [[scale(5), null]], "approved");
    assert.deepEqual(
      [change.status, await program.ran(change.id)],
      ["done", ["forward 1 done"]],
      await lastError(change),
    );
    assert.match(await lastError(change), /answer was lost.*Deployment\/web in staging/);
  });

  it("ends the change as failed where it changed nothing, with no person and no held target", async () => {
    for (const mode of ["forbidden", "cut"]) {
      const change = await run(mode, [[scale(7), null]]);
      assert.deepEqual([change.status, await program.ran(change.id)], ["failed", ["forward 1 failed"]], mode);
      assert.match(change.error ?? "", /nothing was changed.*Deployment\/web in staging is as it was/);
      const { rows } = await program.app.database.query("select 1 from target_locks where change_id = $1", [
        change.id,
      ]);
      assert.deepEqual(rows, []);
    }
  });

  it("says of each object what became of it where it was done in part", async () => {
    const change = await run(
      "half",
      [["scale deployment/web deployment/legacy-report --replicas=3 -n staging", null]],
      "needs_human",
    );
    assert.deepEqual([change.status, await program.ran(change.id)], ["needs_person", ["forward 1 failed"]]);
    assert.match(
      await lastError(change),
      /Deployment\/web in staging is changed, Deployment\/legacy-report in staging is as it was\./,
    );
    assert.deepEqual(stands(change), [
      ["Deployment/web in staging", true],
      ["Deployment/legacy-report in staging", false],
    ]);
    await program.releaseTargets();
  });

  it("stays unknown where nobody knows what it leaves and its answer was lost, and not where it was refused", async () => {
    const line = "rollout restart deployment/web -n staging";
    const lost = await run("lost", [[line, null]]);
    assert.deepEqual([lost.status, await program.ran(lost.id)], ["needs_person", ["forward 1 unknown"]]);
    await program.releaseTargets();
    for (const mode of ["forbidden", "cut"]) {
      const change = await run(mode, [[line, null]]);
      assert.deepEqual([change.status, await program.ran(change.id)], ["failed", ["forward 1 failed"]], mode);
    }
  });

  it("is known also where its time was over", async () => {
    const env = (value: string) => `set env deployment/web MODE=${value} -n staging`;
    const done = await run("hang", [[env("one"), null]], "approved");
    assert.deepEqual([done.status, await program.ran(done.id)], ["done", ["forward 1 done"]]);
    const failed = await run("stuck", [[env("two"), null]]);
    assert.deepEqual([failed.status, await program.ran(failed.id)], ["failed", ["forward 1 failed"]]);
  });
});
