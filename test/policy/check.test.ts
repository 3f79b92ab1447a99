import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it, test } from "node:test";
import { checkLine } from "#policy/check.ts";
import { builtInPolicy } from "#policy/document.ts";

const check = (cmd: string) => checkLine({ cmd }, builtInPolicy);

test("a line is judged as its words are", () => {
  for (const [cmd, argv] of [
    ["kubectl get pods", ["kubectl", "get", "pods"]],
    ["terraform apply -auto-approve", ["terraform", "apply", "-auto-approve"]],
    ["kubectl -n 'x' delete \"pod\" y", ["kubectl", "-n", "x", "delete", "pod", "y"]],
    ["terraform console", ["terraform", "console"]],
  ] as const) {
    assert.deepEqual(check(cmd), checkLine({ argv }, builtInPolicy), cmd);
  }
  assert.equal(check("terraform plan").risk, "low");
  assert.equal(check("terraform init").risk, "medium");
  assert.equal(check("terraform destroy -auto-approve").risk, "high");
  assert.equal(check("terraform console").risk, null);
});

const programs: [why: RegExp, argv: string[]][] = [
  [/no command/, []],
  [/by path/, ["/usr/bin/kubectl", "get", "pods"]],
  [/by path/, ["./kubectl", "get", "pods"]],
  [/by path/, ["..\\kubectl", "get", "pods"]],
  [/look like/, ["kub\u0435ctl", "get", "pods"]],
  [/look like/, ["kubectl\u200b", "get", "pods"]],
  [/look like/, ["\uff4bubectl", "get", "pods"]],
  [/not exactly/, ["KUBECTL", "get", "pods"]],
  [/not exactly/, ["Terraform", "plan"]],
  [/not exactly/, ["kubectl.exe", "get", "pods"]],
  [/not exactly/, ["kubectl ", "get", "pods"]],
  [/start another/, ["sudo", "kubectl", "get", "pods"]],
  [/start another/, ["env", "A=b", "kubectl", "get", "pods"]],
  [/start another/, ["sh", "-c", "kubectl get pods"]],
  [/start another/, ["watch", "kubectl", "get", "pods"]],
  [/a plugin/, ["kubectl-neat", "get", "pods"]],
  [/no program that may run/, ["helm", "list"]],
  [/no program that may run/, ["", "kubectl"]],
  [/no program that may run/, ["toString"]],
  [/no program that may run/, ["k", "get", "pods"]],
];

for (const [why, argv] of programs) {
  test(`${JSON.stringify(argv)} is refused for its program`, () => {
    const answer = checkLine({ argv }, builtInPolicy);
    assert.deepEqual([answer.decision, answer.risk], ["deny", null]);
    assert.match(answer.reasons.join(), why);
  });
}

test("more or longer words than a command may have are refused", () => {
  const words = (count: number, length: number) =>
    Array.from({ length: count }, () => `-target=a.${"b".repeat(length - 10)}`);
  assert.equal(
    checkLine({ argv: ["terraform", "plan", ...words(63, 4_096)] }, builtInPolicy).decision,
    "allow",
  );
  for (const argv of [words(64, 20), words(1, 4_097)]) {
    const answer = checkLine({ argv: ["terraform", "plan", ...argv] }, builtInPolicy);
    assert.match(answer.reasons.join(), /at most 64 arguments of at most 4096/);
  }
});

describe("greenlight policy check", () => {
  const entry = join(import.meta.dirname, "..", "..", "src", "entry.js");
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "greenlight-check-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  function run(input: string, env: Record<string, string> = {}) {
    const options = { cwd: folder, input, env, encoding: "utf8" as const, timeout: 30_000 };
    const { status, stdout, stderr } = spawnSync(process.execPath, [entry, "policy", "check"], options);
    const answers = stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    return { status, stderr, answers };
  }

  it("answers every line in its place, a bad or a blank one with a refusal", () => {
    const lines = [
      '{"cmd": "kubectl get pods"}',
      '{"argv": ["terraform", "init"]}',
      "",
      "not json",
      '{"cmd": 1}',
      '{"cmd": "kubectl get pods", "argv": ["kubectl"]}',
      '{"cmd": "kubectl get pods", "dir": "x"}',
      "null",
      '["kubectl"]',
      `{"cmd": "${"x".repeat(2_000_001)}"}`,
      '{"cmd": "terraform destroy -auto-approve"}\r',
      '{"cmd": "kubectl get pods"}',
    ];
    const { status, stderr, answers } = run(lines.join("\n"));
    assert.equal(status, 0, stderr);
    assert.equal(stderr, "");
    const short = answers.map((answer) => `${answer["decision"]} ${answer["risk"]}`);
    const bad = Array.from({ length: 8 }, () => "deny null");
    assert.deepEqual(short, ["allow low", "allow medium", ...bad, "allow high", "allow low"]);
    assert.ok(answers.every((answer) => Array.isArray(answer["reasons"]) && answer["reasons"].length > 0));
    assert.deepEqual(Object.keys(answers[2] ?? {}), ["decision", "risk", "reasons"]);
  });

  it("answers nothing to nothing", () => {
    assert.deepEqual(run(""), { status: 0, stderr: "", answers: [] });
  });

  it("goes by the policy file when one is named", async () => {
    const file = join(folder, "policy.yml");
    await writeFile(file, "version: 1\ndeny: [terraform init]\nraise: {terraform plan: high}\n");
    const input = '{"cmd": "terraform init"}\n{"cmd": "terraform plan"}\n';
    const { status, answers } = run(input, { GREENLIGHT_POLICY: file });
    assert.equal(status, 0);
    assert.deepEqual(
      answers.map((answer) => [answer["decision"], answer["risk"]]),
      [
        ["deny", null],
        ["allow", "high"],
      ],
    );
    assert.equal(run(input, { GREENLIGHT_POLICY: "" }).answers[0]?.["decision"], "allow");
  });

  it("judges nothing by a policy file with a fault, and says which", async () => {
    const file = join(folder, "faulty.yml");
    await writeFile(file, "version: 1\ndny: [terraform init]\n");
    const faulty = run('{"cmd": "kubectl get pods"}\n', { GREENLIGHT_POLICY: file });
    assert.deepEqual([faulty.status, faulty.answers], [1, []]);
    assert.match(faulty.stderr, /faulty\.yml has faults:.*dny/s);
    const missing = run('{"cmd": "kubectl get pods"}\n', { GREENLIGHT_POLICY: join(folder, "none.yml") });
    assert.deepEqual([missing.status, missing.answers], [1, []]);
    assert.match(missing.stderr, /cannot be read/);
  });

  it("answers as lines come, not when all have come", { timeout: 30_000 }, async () => {
    const child = spawn(process.execPath, [entry, "policy", "check"], {
      cwd: folder,
      env: {},
      stdio: ["pipe", "pipe", "inherit"],
    });
    const ended = new Promise((resolve) => child.on("exit", resolve));
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    for (const cmd of ["kubectl get pods", "terraform plan", "rm -rf /"]) {
      // Half a line first: it is answered once it is whole.
      child.stdin.write('{"cmd"');
      child.stdin.write(`: "${cmd}"}\n`);
      const { value } = await answers.next();
      assert.match(String(value), /^\{"decision":"(allow|deny)"/);
    }
    child.stdin.end();
    assert.equal(await ended, 0);
  });

  it("ends quietly when nobody reads its answers any more", { timeout: 30_000 }, async () => {
    const child = spawn(process.execPath, [entry, "policy", "check"], {
      cwd: folder,
      env: {},
      stdio: ["pipe", "pipe", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += String(chunk);
    });
    const ended = new Promise((resolve) => child.on("close", resolve));
    child.stdin.on("error", () => {});
    const feed = setInterval(() => child.stdin.write('{"cmd": "kubectl get pods"}\n'.repeat(500)), 5);
    child.stdout.once("data", () => child.stdout.destroy());
    assert.equal(await ended, 0, stderr);
    clearInterval(feed);
    assert.equal(stderr, "");
  });
});
