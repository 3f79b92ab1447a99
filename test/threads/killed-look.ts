import type { PoolConfig } from "pg";
import type { CrashPoint } from "#observe/crash-points.ts";
import { createRecordEvents } from "#store/events.ts";
import { openDatabase } from "#store/postgres/database.ts";
import { startLaterLooks } from "#threads/later/later-looks.ts";

/** An instance of its own that makes later looks, finds something lost, and is killed with SIGKILL at the place it is told. */
const { config, at } = JSON.parse(process.argv[2] ?? "{}") as { config: PoolConfig; at: CrashPoint };

startLaterLooks(
  {
    database: openDatabase(config),
    record: createRecordEvents((event) =>
      event.type === "looked_later" && event.tells
        ? [{ name: `verdict:later:${event.number}`, rank: 1, holdMs: 0 }]
        : [],
    ),
    lookLater: async () => [
      { step: 1, target: "Deployment/web in production", state: "failed", says: "it is not there any more" },
    ],
    cleanUp: async () => undefined,
    log: { error: (facts, text) => process.stderr.write(`${text} ${JSON.stringify(facts)}\n`) },
    at: (point) => {
      if (point === at) process.kill(process.pid, "SIGKILL");
    },
  },
  1_000,
);
