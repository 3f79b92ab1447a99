import { Socket } from "node:net";

/** The sockets of some connections: what a program ends by, whether or not the server still answers. */
export type Sockets = {
  /** Makes the next one; `pg` asks for it. */
  stream: () => Socket;
  /** Waits for the connections' goodbye, and ends the sockets of those that get no answer to it. Never throws. */
  end(goodbye: () => Promise<unknown>): Promise<void>;
};

/** A server that vanished without a word answers no goodbye either, and a program waits for its sockets. */
const GOODBYE_MS = 2_000;

/** None yet. */
export function createSockets(): Sockets {
  const open = new Set<Socket>();
  return {
    stream: () => {
      const socket = new Socket();
      open.add(socket);
      socket.once("close", () => open.delete(socket));
      return socket;
    },
    end: async (goodbye) => {
      const late = setTimeout(() => {
        for (const socket of open) socket.destroy();
      }, GOODBYE_MS);
      await goodbye().catch(() => undefined);
      clearTimeout(late);
    },
  };
}
