import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { type Binaries, openBinaries } from "./binaries.ts";
import { type Access, DATABASE_USER, ensureCluster, writeAccess } from "./cluster.ts";
import { type Home, makeSocketDirectory, openHome } from "./home.ts";
import { lockDirectory } from "./lock.ts";
import { endOrphan, startServer, stopServer } from "./server.ts";

/** The number in the socket's name; nothing listens on TCP, except on Windows. */
const SOCKET_PORT = 5432;

/** What a client needs; `host` is the socket's directory. It fits `pg`'s PoolConfig. */
export type EmbeddedConnection = {
  host: string;
  port: number;
  user: string;
  database: string;
  password?: string;
};

/** A running PostgreSQL of our own. */
export type Embedded = {
  connection: EmbeddedConnection;
  /** A sentence for start-up: where data and binaries lie, and as whom the server runs. */
  where: string;
  /** Everything the server keeps, its data included, is below this. As root it is not below `dataDir`. */
  directory: string;
  pid: number;
  /** Ends it with everything written down, in 15 s at most. May be called twice. */
  stop(): Promise<void>;
};

type Options = {
  dataDir: string;
  log: (line: string) => void;
  /** Server settings on top of ours; tests switch `fsync` off. */
  settings?: Record<string, string>;
};

type Endpoint = { connection: EmbeddedConnection; args: string[]; socketDirectory: string | null };

/**
 * Starts the real PostgreSQL that comes with the npm packages, its data kept for `dataDir`, and waits until it takes
 * connections: about 1.5 s the first time, 0.1 s afterwards. A server left behind by a killed run is stopped first.
 * Throws when another live Greenlight uses `dataDir`, when the platform has no binaries, or with the server's last words.
 */
export async function startEmbedded(options: Options): Promise<Embedded> {
  const dataDir = resolve(options.dataDir);
  const home = await openHome(dataDir);
  const unlock = await lockDirectory(dataDir);
  try {
    const binaries = await openBinaries(home);
    await endOrphan(home, binaries, options.log);
    const access = await writeAccess(home);
    await ensureCluster(home, binaries, access);
    return await serve(home, binaries, access, unlock, options);
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function serve(
  home: Home,
  binaries: Binaries,
  access: Access,
  unlock: () => Promise<void>,
  options: Options,
): Promise<Embedded> {
  const endpoint = await openEndpoint(home, access);
  const leave = async () => {
    if (endpoint.socketDirectory !== null)
      await rm(endpoint.socketDirectory, { recursive: true, force: true });
  };
  const args = [
    ...endpoint.args,
    ...setting("hba_file", access.hba),
    ...setting("ident_file", access.ident),
    ...Object.entries(options.settings ?? {}).flatMap(([name, value]) => setting(name, value)),
  ];
  const server = await startServer(home, binaries, args).catch(async (error) => {
    await leave();
    throw error;
  });
  let stopping: Promise<void> | undefined;
  void server.ended.then((how) => {
    if (stopping === undefined) options.log(`The embedded PostgreSQL ended by itself (${how}).`);
  });
  const stop = async () => {
    await stopServer(server.pid, binaries);
    await leave();
    await unlock();
  };
  return {
    connection: endpoint.connection,
    where: sentenceOf(home, binaries),
    directory: home.directory,
    pid: server.pid,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** Where the server is reached: a socket in a directory only its user (and root) may enter; on Windows, 127.0.0.1 and a password. */
async function openEndpoint(home: Home, access: Access): Promise<Endpoint> {
  const common = { user: DATABASE_USER, database: "postgres" };
  if (access.password !== null) {
    const port = await freePort();
    return {
      connection: { ...common, host: "127.0.0.1", port, password: access.password.text },
      args: [...setting("listen_addresses", "127.0.0.1"), ...setting("port", String(port))],
      socketDirectory: null,
    };
  }
  const directory = await makeSocketDirectory(home);
  return {
    connection: { ...common, host: directory, port: SOCKET_PORT },
    args: [
      ...setting("listen_addresses", ""),
      ...setting("port", String(SOCKET_PORT)),
      ...setting("unix_socket_directories", directory),
      ...setting("unix_socket_permissions", "0700"),
    ],
    socketDirectory: directory,
  };
}

function setting(name: string, value: string): string[] {
  return ["-c", `${name}=${value}`];
}

async function freePort(): Promise<number> {
  return await new Promise((done, fail) => {
    const probe = createServer().once("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => done(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

function sentenceOf(home: Home, binaries: Binaries): string {
  const as = home.owner === null ? "" : ", run as the user nobody because PostgreSQL refuses to run as root";
  return `embedded PostgreSQL ${binaries.version}: data in ${home.data}, binaries in ${binaries.directory}${as}`;
}
