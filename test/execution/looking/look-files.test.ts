import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Look } from "#change/planning/look.ts";
import { LOOK_CHARS } from "#execution/looking/fit-look.ts";
import { lookAtFiles } from "#execution/looking/look-files.ts";
import { makeFileLook } from "#execution/looking/make-look.ts";
import { parsePolicy } from "#policy/read-policy.ts";
import { createRedact } from "#redact/redact.ts";
import { executionDeps } from "#test/support/execution.ts";

const SECRET = `ghp_${"a1B2c3D4e5F6".repeat(3)}`;
const RULES = `version: 1
environments: { production: { directories: [network] }, staging: { directories: [apps] } }
`;
const LOOKS = `${RULES}looks: [{ environments: [staging], may: [files] }, { environments: [production], users: [U0BEN], may: [files] }]\n`;
const FILES: Readonly<Record<string, string>> = {
  "network/main.tf": `variable "region" {}\n# ${SECRET}\nlocals { a = 1 }\n`,
  "network/prod.tfvars": 'region = "hidden-value"\n',
  "apps/web.yaml": "kind: Deployment\nimage: web:1\n",
  "apps/long.txt": Array.from({ length: 900 }, (_, at) => `line ${at} of the text`).join("\n"),
  ".ssh/config": "hidden-value\n",
  "deploy.kubeconfig": "hidden-value\n",
};
const of = (userId: string) => ({
  requester: { kind: "slack", teamId: "T1", userId } as const,
  channelId: null,
});

describe("a look at files", () => {
  let home: string;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "greenlight-files-"));
    for (const [path, text] of Object.entries(FILES)) {
      await mkdir(dirname(join(home, "workspace", path)), { recursive: true });
      await writeFile(join(home, "workspace", path), text);
    }
    await writeFile(join(home, "outside.txt"), "hidden-value\n");
    await symlink(join(home, "outside.txt"), join(home, "workspace", "apps", "link.txt"));
  });
  after(() => rm(home, { recursive: true, force: true }));
  const deps = (rules = RULES) => {
    const read = parsePolicy(rules);
    assert.ok(read.ok);
    const where = { workspace: join(home, "workspace"), dataDir: join(home, "data") };
    return { ...executionDeps(where), policy: read.policy, redact: createRedact([]) };
  };
  const look = (path: string, { search = "", fromLine = 1, rules = RULES, user = "U0ANA" } = {}) =>
    lookAtFiles(deps(rules), { path, search, fromLine, looker: of(user) });

  it("shows a file by its lines, redacted", async () => {
    const { outcome, environments, text } = await look("network/main.tf");
    assert.deepEqual([outcome, environments], ["seen", ["production"]]);
    assert.match(text, /^1: variable "region" \{\}\n2: # .*\n3: locals/);
    assert.ok(!text.includes(SECRET));
  });

  it("goes on where it was cut, and finds lines that hold a text", async () => {
    const first = (await look("apps/long.txt")).text;
    assert.ok(first.length <= LOOK_CHARS);
    const next = Number(/Go on with from_line (\d+)\.$/.exec(first)?.[1]);
    assert.match(
      (await look("apps/long.txt", { fromLine: next })).text,
      new RegExp(`^${next}: line ${next - 1} of`),
    );
    const { text } = await look("", { search: "IMAGE:" });
    assert.equal(text, "apps/web.yaml:2: image: web:1");
    assert.match((await look("", { search: "of the text" })).text, /more lines hold it/);
    for (const search of ["(a+)+$", SECRET, SECRET.slice(0, 12)])
      assert.match((await look("", { search })).text, /^No line/);
  });

  it("lists a directory, and nothing that commands do not get", async () => {
    const { text } = await look("");
    assert.equal(text, "apps/long.txt (900 lines)\napps/web.yaml (2 lines)\nnetwork/main.tf (3 lines)");
    for (const path of [
      "network/prod.tfvars",
      ".ssh/config",
      "deploy.kubeconfig",
      "apps/link.txt",
      "../outside.txt",
      "/etc/passwd",
      "nowhere",
    ])
      assert.doesNotMatch((await look(path)).text, /hidden-value|root:/, path);
    assert.equal((await look("", { search: "hidden-value" })).text, "No line of 3 files holds it.");
  });

  it("shows of each environment only what may be looked at for whoever asked", async () => {
    assert.match((await look("network/main.tf", { rules: LOOKS })).text, /files in production.*\(looks/);
    assert.equal((await look("network/main.tf", { rules: LOOKS, user: "U0BEN" })).outcome, "seen");
    const both = await look("", { rules: LOOKS });
    assert.deepEqual(both.environments, ["staging"]);
    assert.doesNotMatch(both.text, /network/);
    assert.match((await look("", { rules: LOOKS, search: "region" })).text, /^No line/);
    assert.equal((await look("network", { rules: LOOKS })).outcome, "refused");
    assert.equal((await look("apps", { rules: `${RULES}directories: [network]\n` })).outcome, "refused");
  });

  it("has a row like any other", async () => {
    const rows: Look[] = [];
    const end = await makeFileLook(
      {
        ...deps(),
        rows: {
          begin: async ({ number }, command) => rows.push({ number, ...command, attempt: 1, end: null }),
          find: async () => rows,
          finish: async (_key, _attempt, told) => {
            Object.assign(rows[0] ?? {}, { end: told });
          },
        },
      },
      {
        changeId: "c",
        revision: 1,
        number: 1,
        path: "apps/web.yaml",
        search: "",
        fromLine: 1,
        looker: of("U0ANA"),
      },
    );
    assert.deepEqual(rows[0]?.argv, ["files", "apps/web.yaml", "", "1"]);
    assert.deepEqual(rows[0]?.end, end);
  });
});
