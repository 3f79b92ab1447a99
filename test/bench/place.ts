import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { z } from "zod";
import { startEmbedded } from "#store/embedded/embedded.ts";
import { installKubectl } from "./kubectl.ts";

/** What both programs run on: a database, a kubectl that does nothing, a model in a process of its own. */
export type Place = {
  dataDir: string;
  binDir: string;
  kubeconfig: string;
  databaseUrl: string;
  postmaster: number;
  model: { baseUrl: string; apiKey: string };
  /** A client on that database. */
  connect(): Promise<pg.Client>;
  /** Writes a file, and says where it is. */
  file(name: string, text: string): Promise<string>;
  close(): Promise<void>;
};

const Told = z.object({ baseUrl: z.string(), apiKey: z.string() });

/** Makes it, in a directory that `close` takes away. */
export async function openPlace(): Promise<Place> {
  const dataDir = await mkdtemp(join(tmpdir(), "greenlight-bench-"));
  const embedded = await startEmbedded({ dataDir: join(dataDir, "postgres"), log: () => undefined });
  const { user, port, database, host } = embedded.connection;
  const child = fork(fileURLToPath(new URL("./model.ts", import.meta.url)));
  const [told] = await once(child, "message");
  const kubectl = await installKubectl(dataDir);
  return {
    dataDir,
    ...kubectl,
    databaseUrl: `postgres://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`,
    postmaster: embedded.pid,
    model: Told.parse(told),
    connect: async () => {
      const client = new pg.Client(embedded.connection);
      await client.connect();
      return client;
    },
    file: async (name, text) => {
      await writeFile(join(dataDir, name), text);
      return join(dataDir, name);
    },
    close: async () => {
      child.disconnect();
      await embedded.stop();
      await rm(embedded.directory, { recursive: true, force: true });
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
