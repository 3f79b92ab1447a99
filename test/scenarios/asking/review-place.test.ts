import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Command, Plan } from "#change/plan.ts";
import { directoryOf, openCopy, reopenCopy, type WorkspaceCopy } from "#execution/workspace/copy.ts";
import { prepareRoot } from "#execution/workspace/terraform-root.ts";
import { createRedact } from "#redact/redact.ts";

const command = (tool: Command["tool"], line: string, dir = ""): Command => ({
  tool,
  args: line.split(" "),
  dir,
});

describe("the copy a change's commands run in", () => {
  let home: string;
  let ground: { workspace: string; dataDir: string };
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "greenlight-place-"));
    ground = { workspace: join(home, "workspace"), dataDir: join(home, "data") };
    await mkdir(join(ground.workspace, "network"), { recursive: true });
    await writeFile(join(ground.workspace, "network", "main.tf"), 'resource "terraform_data" "a" {}\n');
    await writeFile(join(ground.workspace, "network", "prod.auto.tfvars"), 'password = "x"\n');
  });
  after(() => rm(home, { recursive: true, force: true }));

  const reads = [{ path: "network", kind: "tree" }] as const;
  const open = async (plan: Plan): Promise<WorkspaceCopy> => {
    const opened = await openCopy(ground, crypto.randomUUID(), plan, reads);
    assert.ok(opened.ok);
    return opened.copy;
  };
  const planOf = (...commands: [run: Command, back: Command | null][]): Plan => ({
    summary: "",
    plan: commands.map(([run, rollback], index) => ({
      ...run,
      step: index + 1,
      description: "",
      risk: "high",
      rollback,
    })),
    risk_level: "high",
    risk_reason: "",
    questions: [],
  });

  it("holds nothing of terraform's for kubectl: a saved plan would go into a config map with the rest", async () => {
    const apply = command("terraform", "apply -input=false greenlight-step-1.tfplan", "network");
    const make = command("kubectl", "create configmap net --from-file=network");
    const plan = planOf([apply, null], [make, null]);
    const copy = await open(plan);
    const saved = join(copy.dir.workspace, "network", "greenlight-step-1.tfplan");
    await writeFile(saved, "a plan with a password in it");
    const again = async (one: Command) => {
      const opened = await reopenCopy(ground, copy.changeId, plan, copy.bound, one);
      assert.ok(opened.ok);
      return (await readdir(directoryOf(copy, { ...one, dir: "network" }))).toSorted();
    };
    assert.deepEqual(await again(apply), ["greenlight-step-1.tfplan", "main.tf", "prod.auto.tfvars"]);
    assert.deepEqual(await again(make), ["main.tf"]);
    // Each in a copy of its own: a saved plan is still there after a step of kubectl.
    assert.deepEqual(await again(apply), ["greenlight-step-1.tfplan", "main.tf", "prod.auto.tfvars"]);
  });

  it("lays nothing of terraform's out where only kubectl runs, not even beside it", async () => {
    const copy = await open(
      planOf([command("kubectl", "create configmap net --from-file=network/main.tf"), null]),
    );
    const laid = await readdir(copy.dir.root, { recursive: true });
    assert.deepEqual(
      laid.filter((path) => path.endsWith(".tfvars")),
      [],
    );
    assert.ok(laid.includes(join("kubectl", "network", "main.tf")), laid.join());
  });

  it("has the directory of a way back too", async () => {
    const back = command("kubectl", "rollout undo deployment/web -n staging", "elsewhere");
    const copy = await open(planOf([command("kubectl", "rollout restart deployment/web -n staging"), back]));
    assert.deepEqual(await readdir(directoryOf(copy, back)), []);
  });

  it("refuses a root with a file of the name Greenlight writes, and one whose backend is not clear", async () => {
    const found = { exitCode: 0, stdout: "", stderr: "", problem: null };
    for (const [name, text, reason] of [
      ["greenlight_override.tf", 'resource "terraform_data" "b" {}\n', /Rename it/],
      ["odd.tf", "terraform { backend\n", /cannot be read for sure/],
    ] as const) {
      const file = join(ground.workspace, "network", name);
      await writeFile(file, text);
      const copy = await open(planOf([command("terraform", "plan", "network"), null]));
      assert.match(
        (await prepareRoot(
          ground,
          { copy, root: "network", hosts: [], redact: createRedact([]) },
          async () => found,
        )) ?? "",
        reason,
      );
      await rm(file);
    }
  });

  it("quotes whole lines of a failed init, so that no secret is cut in two", async () => {
    const copy = await open(planOf([command("terraform", "plan", "network"), null]));
    const stdout = `password = "${"kX93hsPqv7Lm2zR4".repeat(20)}"\n${"x".repeat(1_400)}`;
    const reason = await prepareRoot(
      ground,
      { copy, root: "network", hosts: [], redact: createRedact([]) },
      async () => ({
        exitCode: 1,
        stdout,
        stderr: "",
        problem: null,
      }),
    );
    assert.ok(reason?.endsWith(`said:\n> password = "[redacted]"\n> ${"x".repeat(1_400)}`), reason ?? "null");
  });
});
