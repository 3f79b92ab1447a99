import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { noBox } from "#execution/box/box.ts";
import { type LookRows, makeLook } from "#execution/looking/make-look.ts";
import { type AskedLook, runLook } from "#execution/looking/run-look.ts";
import { createLooks } from "#execution/looks.ts";
import { createIdentify } from "#execution/target-identity.ts";
import { sha256Of } from "#execution/workspace/snapshot.ts";
import { parsePolicy } from "#policy/read-policy.ts";
import { createRedact } from "#redact/redact.ts";
import type { Database } from "#store/postgres/database.ts";
import { addChange, useDatabase } from "#test/support/database.ts";
import { type FakeTools, installFakeTools } from "#test/support/fake-tools.ts";
import { createLookRows } from "#threads/running/look-rows.ts";

const SECRET = `ghp_${"a1B2c3D4e5F6".repeat(3)}`;
const read = parsePolicy(`version: 1
environments: { staging: { namespaces: [h001] }, production: { namespaces: [h002], directories: [network] } }
contexts: [fake]
asking: [{ environments: [staging] }, { environments: [production], max_risk: low, channels: [C0OPS] }]
`);
assert.ok(read.ok, read.ok ? "" : read.faults.join("; "));
const { policy } = read;
const looker = { requester: { kind: "slack", teamId: "T1", userId: "U0ANA" }, channelId: null } as const;

describe("a look that the Planner asks for", () => {
  let home: string;
  let tools: FakeTools;
  let database: Database;
  useDatabase((opened) => {
    database = opened;
  });
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "greenlight-looking-"));
    await mkdir(join(home, "workspace", "network"), { recursive: true });
    await writeFile(
      join(home, "workspace", "map.yaml"),
      "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, namespace: h001 }\n",
    );
    tools = await installFakeTools(home);
    await tools.answer("h001", { output: `NAME READY\nweb-1 1/1 ${SECRET}\n`, exit: 0 });
    await tools.answer("h002", { output: "NAME READY\napi-1 1/1\n", exit: 0 });
    await tools.answer("h003", { output: "partly\n", exit: 1 });
  });
  after(() => rm(home, { recursive: true, force: true }));

  const deps = () => {
    const where = { workspace: join(home, "workspace"), dataDir: join(home, "data"), policy };
    const redact = createRedact([]);
    const looks = createLooks({
      ...{ ...where, redact, identify: createIdentify(Buffer.alloc(32)), box: noBox },
      givenTo: async (changeId) => ({
        env: { PATH: [tools.binDir, "/usr/bin", "/bin"].join(delimiter), HOME: home },
        view: { changeId, readWrite: [], readOnly: [], stateFile: null },
      }),
    });
    return { ...where, redact, looks };
  };
  const signal = new AbortController().signal;
  const kubectl = (line: string, changeId: string): AskedLook => ({
    ...{ changeId, looker },
    command: { tool: "kubectl", args: line.split(" "), dir: "" },
  });
  /** Every command that was run for it, but those that only read the kubeconfig. */
  const calls = async () =>
    (await tools.calls()).map((call) => call.join(" ")).filter((call) => !call.includes(" config view"));
  const owned = (): LookRows => createLookRows({ database, leaseOf: (changeId) => ({ ...LEASE, changeId }) });
  const LEASE = { owner: "me", epoch: 1, workSeen: 1, heldUntilMs: 0 };
  const addOwned = async (): Promise<string> => {
    const id = await addChange(database);
    await database.query(
      "update changes set lease_owner = 'me', lease_epoch = 1, lease_until = now() + interval '1 hour' where id = $1",
      [id],
    );
    return id;
  };

  it("keeps no secret that stands in the command itself", async () => {
    const changeId = await addOwned();
    const asked = { ...kubectl(`get pods -n h001 -l token=${SECRET}`, changeId), revision: 1, number: 1 };
    const end = await makeLook({ ...deps(), rows: owned() }, asked, signal);
    assert.equal(end.outcome, "refused");
    const { rows } = await database.query(
      "select argv::text || coalesce(shown, '') as kept from looks where change_id = $1",
      [changeId],
    );
    assert.doesNotMatch(JSON.stringify(rows), new RegExp(SECRET));
  });

  it("is run with its context, and its text is redacted", async () => {
    const id = await addOwned();
    const ran = await runLook(deps(), kubectl("get pods -n h001", id), signal);
    assert.deepEqual([ran.outcome, ran.environments], ["seen", ["staging"]]);
    assert.deepEqual(ran.ran, ["kubectl", "get", "pods", "-n", "h001", "--context=fake"]);
    assert.match(ran.text, /^NAME READY\nweb-1 1\/1 /);
    assert.ok(!ran.text.includes(SECRET));
    assert.ok((await calls()).includes("kubectl get pods -n h001 --context=fake"));
  });

  it("that fails tells why, with what it printed", async () => {
    const rules = parsePolicy("version: 1\ncontexts: [fake]\n");
    assert.ok(rules.ok);
    const open = { ...deps(), policy: rules.policy };
    const ran = await runLook(open, kubectl("get pods -n h003", await addOwned()), signal);
    assert.equal(ran.outcome, "failed");
    assert.match(ran.text, /exit code 1[\s\S]*partly/);
  });

  it("reads files of the workspace where it names some, and asks for 200 lines of a log", async () => {
    const id = await addOwned();
    const diffed = await runLook(deps(), kubectl("get -f map.yaml -n h001", id), signal);
    assert.equal(diffed.outcome, "seen", diffed.text);
    const logs = await runLook(deps(), kubectl("logs web-1 -n h001", id), signal);
    assert.ok(logs.ran?.includes("--tail=200"));
  });

  const refused: [line: string, why: RegExp][] = [
    ["get pods -n h002", /\(asking in the policy file\)/],
    ["scale deploy/web --replicas=2 -n h001", /only reads.*medium risk/],
    ["exec web -n h001 -- ls", /Policy refuses this look/],
    ["get pods -n h001 --context=other", /other/],
    [`get pods -n h001 -l token=${SECRET}`, /looks like a secret/],
    ["get -f none.yaml -n h001", /none\.yaml/],
  ];
  for (const [line, why] of refused)
    it(`is refused in a sentence, and nothing is run: ${line.replace(SECRET, "…")}`, async () => {
      const earlier = await calls();
      const ran = await runLook(deps(), kubectl(line, await addOwned()), signal);
      assert.deepEqual([ran.outcome, ran.ran], ["refused", null]);
      assert.match(ran.text, why);
      assert.ok(!ran.text.includes(SECRET));
      assert.deepEqual(await calls(), earlier);
    });

  it("stands in its row before its text is given out, and is not made again", async () => {
    const id = await addOwned();
    const asked = { ...kubectl("get pods -n h001", id), revision: 1, number: 1 };
    const end = await makeLook({ ...deps(), rows: owned() }, asked, signal);
    const [row, ...more] = await owned().find(id, 1);
    assert.deepEqual(more, []);
    assert.deepEqual(row?.end, end);
    assert.equal(end.sha256, sha256Of(Buffer.from(end.text)));
    const earlier = await calls();
    assert.deepEqual(await makeLook({ ...deps(), rows: owned() }, asked, signal), end);
    assert.deepEqual(await calls(), earlier);
    const other = { ...asked, ...kubectl("get nodes", id) };
    await assert.rejects(
      makeLook({ ...deps(), rows: owned() }, other, signal),
      /written down as another one/,
    );
  });

  it("gives out nothing where its end could not be written", async () => {
    const id = await addOwned();
    const rows = { ...owned(), finish: async () => assert.fail("the database is away") };
    const asked = { ...kubectl("get pods -n h001", id), revision: 1, number: 1 };
    await assert.rejects(makeLook({ ...deps(), rows }, asked, signal), /the database is away/);
    assert.equal((await owned().find(id, 1))[0]?.end, null);
  });

  it("is made again twice where it was cut off, and then ends so", async () => {
    const id = await addOwned();
    const asked = { ...kubectl("get pods -n h001", id), revision: 1, number: 1 };
    const dying = { ...owned(), finish: async () => assert.fail("killed") };
    const before = (await calls()).length;
    for (const _ of [1, 2, 3])
      await assert.rejects(makeLook({ ...deps(), rows: dying }, asked, signal), /killed/);
    assert.equal((await calls()).length, before + 3);
    const end = await makeLook({ ...deps(), rows: owned() }, asked, signal);
    assert.deepEqual([end.outcome, end.ran], ["cut off", null]);
    assert.equal((await calls()).length, before + 3);
    assert.equal((await owned().find(id, 1))[0]?.attempt, 3);
  });

  it("is written down by the owner of its change alone", async () => {
    const id = await addOwned();
    await database.query("update changes set lease_epoch = 2 where id = $1", [id]);
    const asked = { ...kubectl("get pods -n h001", id), revision: 1, number: 1 };
    const earlier = await calls();
    await assert.rejects(makeLook({ ...deps(), rows: owned() }, asked, signal));
    assert.deepEqual(await calls(), earlier);
    assert.deepEqual(await owned().find(id, 1), []);
  });

  it("that is stopped leaves its row open", async () => {
    const id = await addOwned();
    const asked = { ...kubectl("get pods -n h001", id), revision: 1, number: 1 };
    await assert.rejects(makeLook({ ...deps(), rows: owned() }, asked, AbortSignal.abort()));
    assert.deepEqual(
      (await owned().find(id, 1)).map(({ end }) => end),
      [null],
    );
  });
});
