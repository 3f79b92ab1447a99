import { mkdtemp, rm } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EmbeddedConnection } from "#store/embedded/embedded.ts";

/** A way to a database that can be cut for those who use it, while others still reach it. */
export type Cuttable = {
  config: EmbeddedConnection;
  /** Ends every connection, and lets nobody connect until `mend`. */
  cut(): Promise<void>;
  /** Ends every connection, and each new one as soon as it is made: a balancer with nothing behind it. */
  hangUp(): void;
  /** Leaves every connection open and lets nothing through, as a network does that lost its way. Not to be mended. */
  silence(): void;
  mend(): Promise<void>;
  close(): Promise<void>;
};

/** Puts one between a socket of its own and the database's. */
export async function createCuttable(database: EmbeddedConnection): Promise<Cuttable> {
  const host = await mkdtemp(join(tmpdir(), "greenlight-cut-"));
  const name = `.s.PGSQL.${database.port}`;
  const open = new Set<net.Socket>();
  let hangsUp = false;
  const server = net.createServer((near) => {
    if (hangsUp) return void near.destroy();
    const far = database.host.startsWith("/")
      ? net.connect(join(database.host, name))
      : net.connect(database.port, database.host);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.on("error", () => undefined);
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  const mend = () =>
    new Promise<void>((resolve) => {
      hangsUp = false;
      if (server.listening) return resolve();
      server.listen(join(host, name), resolve);
    });
  const cut = () =>
    new Promise<void>((resolve) => {
      if (!server.listening) return resolve();
      server.close(() => resolve());
      for (const socket of open) socket.destroy();
    });
  await mend();
  return {
    config: { ...database, host },
    cut,
    hangUp: () => {
      hangsUp = true;
      for (const socket of open) socket.destroy();
    },
    silence: () => {
      for (const socket of open) socket.unpipe().pause();
    },
    mend,
    close: async () => {
      await cut();
      await rm(host, { recursive: true, force: true });
    },
  };
}
