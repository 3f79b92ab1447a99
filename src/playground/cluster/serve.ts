import { chmod, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { NeedsFiles } from "./errors.ts";
import { runKubectl } from "./run.ts";

/** Longer ones do not fit into a socket's address; macOS takes the fewest. */
const MAX_PATH_BYTES = 103;
/** A plan's argument has at most some thousand characters. */
const MAX_REQUEST_BYTES = 1_000_000;

/** Where the server of this cluster listens. */
export function socketOf(stateFile: string): string {
  return `${stateFile}.sock`;
}

/**
 * Answers the kubectl that `installKubectl` wrote from this process, until it is closed: a Node for each call costs ten
 * times as much. Who connects may do what the cluster's file lets them do, and no more: this process reads no file for
 * them. Where it cannot listen every call is a process of its own, as it is without a server. `toAll`: commands run as
 * users of their own; else no other user of the machine may connect, whose change nobody would have approved.
 */
export async function serveKubectl(stateFile: string, toAll = false): Promise<{ close(): Promise<void> }> {
  const path = socketOf(stateFile);
  await rm(path, { force: true });
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return { close: async () => undefined };
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    answer(stateFile, socket);
  });
  const listens = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(path, () => resolve(true));
  });
  if (listens) await chmod(path, toAll ? 0o666 : 0o600);
  server.unref();
  return {
    close: async () => {
      for (const socket of open) socket.destroy();
      if (listens) await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Reads a call, runs it, and says what it prints. Who hangs up, because it was killed, ends what it asked for. */
function answer(stateFile: string, socket: Socket): void {
  const gone = new AbortController();
  let words: string[] | null = null;
  const chunks: Buffer[] = [];
  socket.on("error", () => undefined);
  socket.on("close", () => gone.abort());
  socket.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    const read = words === null ? readRequest(chunks) : null;
    if (read === "too long") socket.destroy();
    if (!Array.isArray(read)) return;
    words = read;
    void run(stateFile, read, socket, gone.signal);
  });
}

/** The words, null while some are missing. */
function readRequest(chunks: readonly Buffer[]): string[] | "too long" | null {
  const bytes = Buffer.concat(chunks);
  if (bytes.length > MAX_REQUEST_BYTES) return "too long";
  const [count = "", ...words] = bytes.toString("utf8").split("\0");
  return words.length > Number(count) ? words.slice(0, Number(count)) : null;
}

async function run(stateFile: string, words: string[], socket: Socket, signal: AbortSignal): Promise<void> {
  const tell = (kind: "o" | "e" | "x" | "n", text: string): void => {
    const bytes = Buffer.from(text);
    const head = Buffer.alloc(5, kind);
    head.writeUInt32BE(bytes.length, 1);
    socket.write(Buffer.concat([head, bytes]));
  };
  try {
    const code = await runKubectl(stateFile, words, {
      out: (text) => tell("o", text),
      err: (text) => tell("e", text),
      readsFiles: false,
      signal,
    });
    tell("x", String(code));
  } catch (error) {
    if (!(error instanceof NeedsFiles)) throw error;
    tell("n", "");
  }
  socket.end();
}
