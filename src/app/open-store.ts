import { join } from "node:path";
import type { PoolConfig } from "pg";
import type { Config } from "#config/config.ts";
import type { Log } from "#observe/log.ts";
import { startEmbedded } from "#store/embedded/embedded.ts";
import { type Database, openDatabase } from "#store/postgres/database.ts";
import { migrate } from "#store/postgres/migrate.ts";
import { listenForWakes, type Wakes } from "#store/postgres/notify.ts";
import { startTargetSweep } from "#threads/stopping/sweep-targets.ts";
import { explained, ownWords } from "./setup-error.ts";
import type { Closing } from "./stopping.ts";
import { whyNoDatabase } from "./why-no-database.ts";
import { whyNoDirectory } from "./why-no-directory.ts";

/** The database, brought to this version, and what listens to it and sweeps it. `line` says where it is. */
export async function openStore(
  config: Config,
  log: Log,
  closing: Closing,
): Promise<{ database: Database; wakes: Wakes; line: string }> {
  const { connection, line } = await connectStore(config, (text) => log.info(text), closing);
  const why = config.database.kind === "url" ? whyNoDatabase : () => null;
  await explained(() => migrate(connection), why);
  let isClosing = false;
  const database = openDatabase(connection, (error) => {
    // Our own end cuts them too, and beside the sentence of a failed start that reads like its reason.
    if (!isClosing) log.warn({ err: error }, "A database connection was cut");
  });
  closing.push(() => {
    isClosing = true;
    return database.close();
  });
  const wakes = await explained(() => listenForWakes(connection), why);
  closing.push(() => wakes.close());
  const sweep = startTargetSweep(database, log);
  closing.push(() => sweep.stop());
  return { database, wakes, line };
}

/** Where the database is; starts the embedded one, which throws when another program has it, and ends it by `closing`. */
export async function connectStore(
  config: Pick<Config, "database" | "dataDir">,
  say: (text: string) => void,
  closing: Closing,
): Promise<{ connection: PoolConfig; line: string }> {
  if (config.database.kind === "url") {
    return { connection: { connectionString: config.database.url }, line: "real, DATABASE_URL" };
  }
  const { dataDir } = config;
  const embedded = await explained(
    () => startEmbedded({ dataDir: join(dataDir, "postgres"), log: say }),
    (fault) => whyNoDirectory(fault, dataDir) ?? ownWords(fault),
  );
  closing.push(() => embedded.stop());
  return { connection: embedded.connection, line: embedded.where };
}
