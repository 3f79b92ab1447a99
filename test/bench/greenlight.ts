import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type pg from "pg";
import pino from "pino";
import { startApp } from "#app/app.ts";
import { readConfig } from "#config/config.ts";
import { QUICK_LOOKS } from "#test/support/execution.ts";
import type { Place } from "./place.ts";

/** A look of the loops at nothing would be counted too: they are woken by what happens, and wait a minute for that. */
const PACE = { leaseMs: 180_000, heartbeatMs: 60_000, pollMs: 60_000 };
const POLICY = "version: 1\nenvironments:\n  production: { namespaces: [production] }\n";
const PATIENCE_MS = 60_000;
const ANA = { kind: "token", name: "ana", role: "requester", slackId: null } as const;
const BEN = { kind: "token", name: "ben", role: "approver", slackId: null } as const;

/** The program itself. A change is asked for, approved once it waits, and done; `watch` is a client that is not counted. */
export async function createGreenlight(
  place: Place,
  watch: pg.Client,
): Promise<{ run: () => Promise<void>; stop: () => Promise<void> }> {
  const read = readConfig({
    PATH: `${place.binDir}:/usr/local/bin:/usr/bin:/bin`,
    KUBECONFIG: place.kubeconfig,
    PORT: "0",
    GREENLIGHT_DATA: place.dataDir,
    GREENLIGHT_BOX: "none",
    GREENLIGHT_MIX: "yes",
    GREENLIGHT_POLICY: await place.file("policy.yml", POLICY),
    DATABASE_URL: place.databaseUrl,
    GREENLIGHT_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
    GREENLIGHT_API_TOKENS: "ana:requester:ana-0123456789abcdef,ben:approver:ben-0123456789abcdef",
    ANTHROPIC_API_KEY: place.model.apiKey,
    ANTHROPIC_BASE_URL: place.model.baseUrl,
  });
  if (!read.ok) throw new Error(read.faults.join("; "));
  const app = await startApp(read.config, pino({ level: "silent" }), { pace: PACE, settle: QUICK_LOOKS });
  const until = async (id: string, status: string) => {
    const giveUp = Date.now() + PATIENCE_MS;
    for (;;) {
      const { rows } = await watch.query("select status, error, lease_owner from changes where id = $1", [
        id,
      ]);
      if (rows[0]?.status === status && rows[0].lease_owner === null) return;
      const isOver = rows[0]?.status === "failed" || Date.now() > giveUp;
      if (isOver) throw new Error(`The change is ${rows[0]?.status}, not ${status}: ${rows[0]?.error}`);
      await pause(2);
    }
  };
  const run = async () => {
    const asked = await app.changes.ask({
      ...{ request: "scale web", requester: ANA, home: null, planOnly: false },
      idempotencyKey: crypto.randomUUID(),
    });
    if (asked.kind !== "accepted") throw new Error(JSON.stringify(asked));
    const { id } = asked.change;
    await until(id, "waiting");
    const change = await app.changes.get(id);
    if (change?.digest == null) throw new Error("It waits, and has no digest.");
    const answered = await app.changes.decide({
      ...{ changeId: id, gate: "approval", revision: 1, round: 1, digest: change.digest, answer: "approve" },
      ...{ by: BEN, reason: null, target: change.terms?.typedTarget ?? null },
    });
    if (answered.kind !== "decided") throw new Error(JSON.stringify(answered));
    await until(id, "done");
    // Its directories are taken away after that.
    while (existsSync(join(place.dataDir, "changes", id))) await pause(2);
  };
  return { run, stop: () => app.stop() };
}
