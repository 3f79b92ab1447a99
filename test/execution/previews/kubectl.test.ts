import assert from "node:assert/strict";
import { test } from "node:test";
import { type PreviewedStep, previewKubectl } from "#execution/previews/kubectl.ts";
import { readKubectl } from "#policy/kubectl/line.ts";
import { createRedact } from "#redact/redact.ts";
import { aStep } from "#test/support/changes.ts";

const web = {
  kind: "Deployment",
  metadata: { name: "web" },
  spec: { replicas: 3, template: { spec: { containers: [{ name: "app", image: "web:1" }] } } },
};

/** Previews a line; `after` is what the dry run answers. Returns what was looked at with it. */
async function preview(
  line: string,
  now: object = web,
  after: object = now,
): Promise<{ seen: PreviewedStep; looks: string[] }> {
  const step = aStep(line);
  const read = readKubectl(step.args);
  assert.ok(read.ok, JSON.stringify(read));
  const looks: string[] = [];
  const look = async (asked: readonly string[]) => {
    looks.push(asked.join(" "));
    return { ok: true, stdout: JSON.stringify(asked[0] === "get" ? now : after) } as const;
  };
  const seen = await previewKubectl(step, read.line, false, look, createRedact([]));
  return { seen, looks };
}

/** The look that is not a plain get, as kubectl reads it. */
function dryRunOf(looks: readonly string[]): string | undefined {
  const dry = looks.find((look) => !look.startsWith("get "));
  const read = readKubectl(dry?.split(" ") ?? []);
  assert.ok(read.ok, `${dry}: ${JSON.stringify(read)}`);
  assert.equal(read.line.dryRun, "server", `${dry} would run for real`);
  return dry;
}

test("a look at a line with a -- of its own stays a dry run", async () => {
  for (const line of [
    "delete configmap -n staging -- old",
    "scale deployment --replicas=0 -n staging -- web",
    "create job once --image=web:1 -n staging -- sh -c true",
    "create deployment web --image=web:1 -- serve",
    "run once --image=web:1 -- sh",
    "label deployment -- web tier=back",
  ]) {
    const { looks } = await preview(line);
    dryRunOf(looks);
  }
});

test("a line's own output and --dry-run=none make way for the look's", async () => {
  const { looks } = await preview("label deployment web tier=back -o yaml --dry-run=none --overwrite");
  assert.equal(dryRunOf(looks), "--dry-run=server --output=json label deployment web tier=back --overwrite");
});

test("a line that cannot be made a dry run for sure is not run at all", async () => {
  for (const line of ["delete pods -l -o -n staging", "delete pods -l --dry-run=none --dry-run=none"]) {
    const { seen, looks } = await preview(line);
    assert.equal(seen.ok, false, line);
    assert.ok(
      looks.every((look) => look.startsWith("get ")),
      looks.join("\n"),
    );
  }
});

test("what has a dry run without objects, or none at all, can be looked at too", async () => {
  for (const [line, dry] of [
    ["drain n1 --ignore-daemonsets --force", "--dry-run=server drain n1 --ignore-daemonsets --force"],
    ["cordon n1", "--dry-run=server cordon n1"],
    ["uncordon n1", "--dry-run=server uncordon n1"],
    ["replace --force -f x.yaml", null],
    ["apply --force -f x.yaml", null],
  ] as const) {
    const { seen, looks } = await preview(line);
    assert.ok(seen.ok, `${line}: ${JSON.stringify(seen)}`);
    if (dry === null) assert.deepEqual(looks, [`get --filename=x.yaml -o json --ignore-not-found`]);
    else assert.equal(dryRunOf(looks), dry);
  }
});

test("a scale with a -- of its own is given its precondition in front of it", async () => {
  const { seen } = await preview("scale deployment --replicas=5 -n staging -- web");
  assert.ok(seen.ok);
  assert.equal(
    seen.step.args.join(" "),
    "scale deployment --replicas=5 -n staging --current-replicas=3 -- web",
  );
});

test("no secret of a field reaches the card, by its name or by how it looks, whole or cut", async () => {
  const password = "kX93hsPqv7Lm2zR4";
  const token = `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.${"eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4i".repeat(3)}.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c`;
  const env = (value: string) => ({
    kind: "Deployment",
    metadata: { name: "web" },
    spec: { template: { spec: { containers: [{ name: "app", env: [{ name: "DB_PASSWORD", value }] }] } } },
  });
  const map = (data: object) => ({ kind: "ConfigMap", metadata: { name: "settings" }, data });
  const pairs: [object, object][] = [
    [env(password), env("c0mesNext7Qw")],
    [map({ DB_PASSWORD: password, a: "1" }), map({ DB_PASSWORD: "c0mesNext7Qw", a: "1" })],
    [map({ note: `${"a ".repeat(60)}${token}` }), map({ note: "b" })],
  ];
  for (const [now, after] of pairs) {
    const { seen } = await preview("apply -f x.yaml", now, after);
    assert.ok(seen.ok);
    const shown = JSON.stringify(seen.preview);
    assert.match(shown, /"action":"update"/, "the change itself is hidden");
    for (const secret of [password, "c0mesNext7Qw", "eyJ"]) assert.ok(!shown.includes(secret), shown);
  }
});
