import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { hostileRoots } from "#test/policy/terraform/roots-hostile.ts";
import { startModuleHost } from "#test/support/module-host.ts";
import { makeRoots, terraformPlan } from "#test/support/roots.ts";
import { hostileModules } from "./hostile-modules.ts";
import { openStage, planRoot, type Stage } from "./plan-roots.ts";

const LEAST_PLANNED = 45;

describe("ordinary roots, planned end to end without trust", () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage();
  });
  after(() => stage.close());

  it("are planned, all but those whose file says why not", async (t) => {
    const start = performance.now();
    const refused: string[] = [];
    const wrong: string[] = [];
    for (const root of stage.roots) {
      const reason = await planRoot(stage.hands, root);
      if (reason !== null) refused.push(root.name);
      const isAsSaid = root.whyNot === null ? reason === null : reason?.includes(root.whyNot);
      if (isAsSaid !== true) wrong.push(`${root.name}: ${reason}`);
    }
    const seconds = Math.round((performance.now() - start) / 1_000);
    const planned = stage.roots.length - refused.length;
    const bare = stage.roots.filter(({ backend }) => Object.keys(backend).length > 0).length;
    t.diagnostic(
      `${planned} of ${stage.roots.length} planned in ${seconds} s, ${bare} of them without their backend.tf`,
    );
    t.diagnostic(`refused: ${refused.join(", ")}`);
    assert.deepEqual(wrong, []);
    assert.ok(planned >= LEAST_PLANNED);
    const known = ["registry.terraform.io", "github.com", "gitlab.com", "app.terraform.io"];
    assert.deepEqual(
      stage.host.asked.filter((host) => !known.includes(host)),
      [],
    );
  });
});

describe("hostile roots, with nobody asked", () => {
  it("run nothing, read nothing outside and reach no address", async (t) => {
    const trap = await setTraps();
    try {
      for (const { name, files, args = ["plan"] } of hostileRoots) {
        await rm(trap.roots.ground.workspace, { recursive: true, force: true });
        await trap.roots.write(files);
        const seen = await trap.roots.preview(crypto.randomUUID(), terraformPlan("net", ...args));
        assert.equal(seen.ok, false, name);
        assert.deepEqual(await trap.sprung(JSON.stringify(seen)), [], name);
      }
      // The traps do spring: an ordinary root gets as far as terraform.
      await rm(trap.roots.ground.workspace, { recursive: true });
      await trap.roots.write({ "net/main.tf": "locals {}\n" });
      await trap.roots.preview(crypto.randomUUID(), terraformPlan("net", "plan"));
      assert.match((await trap.sprung("")).join(), /ran terraform/);
      t.diagnostic(`${hostileRoots.length} hostile roots: 0 programs run, 0 connections, 0 secrets printed`);
    } finally {
      await trap.close();
    }
  });

  it("do so through a module of theirs neither, which is fetched", async (t) => {
    const trap = await setTraps();
    const all = hostileModules(trap);
    try {
      for (const { name, files } of all) {
        trap.registry["registry.terraform.io/evil/m/aws/1.0.0"] = files;
        await rm(trap.roots.ground.workspace, { recursive: true, force: true });
        await trap.roots.write({
          "net/main.tf": 'module "m" {\n  source  = "evil/m/aws"\n  version = "1.0.0"\n}\n',
          "net/.terraform.lock.hcl": "",
        });
        const seen = await trap.roots.preview(crypto.randomUUID(), terraformPlan("net", "plan"));
        assert.equal(seen.ok, false, name);
        assert.deepEqual(await trap.sprung(JSON.stringify(seen)), [], name);
      }
      assert.ok(trap.host.asked.includes("registry.terraform.io"));
      t.diagnostic(
        `${all.length} hostile modules: 0 programs run, 0 connections elsewhere, 0 secrets printed`,
      );
    } finally {
      await trap.close();
    }
  });
});

/** A workspace beside a secret, a program that leaves a mark, a server that nobody may ask, and a terraform that tells when it is run. */
async function setTraps() {
  const registry: Record<string, Record<string, string>> = {};
  const own = await makeRoots({});
  const { folder } = own;
  const host = await startModuleHost(folder, { registry });
  const bin = join(folder, "bin");
  const [ran, mark, secretFile] = ["ran", "mark", "secret"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const secret = `canary-${crypto.randomUUID()}`;
  await mkdir(bin);
  await writeFile(secretFile, secret);
  for (const program of ["terraform", "sh", "aws"])
    await writeFile(join(bin, program), `#!/bin/sh\necho ${program} >> ${ran}\nexit 1\n`, { mode: 0o755 });
  const roots = await makeRoots({
    env: { ...host.env, PATH: `${bin}${delimiter}${process.env["PATH"]}` },
    directory: "net",
  });
  let connections = 0;
  const server = createServer((_, response) => response.end("{}"));
  server.on("connection", () => {
    connections += 1;
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    roots,
    host,
    registry,
    ...{ secretFile, mark, url },
    sprung: async (said: string): Promise<string[]> => [
      ...(existsSync(ran) ? [`ran ${await readFile(ran, "utf8")}`] : []),
      ...(existsSync(mark) ? ["left a mark"] : []),
      ...(connections > 0 ? [`${connections} connections`] : []),
      ...(said.includes(secret) || /root:x:0:0/.test(said) ? ["printed a secret"] : []),
      ...host.asked.filter((one) => one !== "registry.terraform.io"),
    ],
    close: async () => {
      await host.close();
      server.close();
      server.closeAllConnections();
      await Promise.all([roots.remove(), own.remove()]);
    },
  };
}
