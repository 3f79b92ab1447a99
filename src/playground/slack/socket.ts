import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { isObject, type Json } from "./check.ts";
import { TIMES } from "./limits.ts";
import { APP } from "./people.ts";
import { createTickets } from "./tickets.ts";

/** Something on its way to the app. `attempt` counts from 0. */
export type Envelope = {
  id: string;
  type: "slash_commands" | "interactive" | "events_api";
  payload: Json;
  acceptsResponse: boolean;
  attempt: number;
};

/** How a delivery ended: taken (with what the app said), not taken in time, or not taken at all. */
export type Ack = { outcome: "acked"; response: unknown } | { outcome: "timeout" } | { outcome: "failed" };

type Pending = { envelope: Envelope; socket: WebSocket; settle: (ack: Ack) => void };

/** The Socket Mode side of the company. */
export type Socket = ReturnType<typeof createSocket>;

/** How long a connection has to say goodbye when the company closes. */
const GOODBYE_MS = 500;

/** No connection yet. `ackMs` is how long an app has for its ack. */
export function createSocket({ ackMs, clock }: { ackMs: number; clock: () => number }) {
  const server = new WebSocketServer({ noServer: true });
  const tickets = createTickets(clock);
  const connections = createConnections();

  return {
    /** The path of a fresh, single-use address for one connection. */
    issuePath: () => `/link/?ticket=${tickets.issue()}&app_id=${APP.appId}`,

    /** Takes over an upgrade request, or closes it when its ticket is none. */
    upgrade(request: IncomingMessage, duplex: Duplex, head: Buffer): void {
      const url = new URL(request.url ?? "/", "http://slack");
      if (url.pathname === "/link/" && tickets.use(url.searchParams.get("ticket") ?? ""))
        server.handleUpgrade(request, duplex, head, connections.accept);
      else duplex.end("HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n");
    },

    count: () => connections.open.length,

    /** Sends the envelope over one connection and waits for the ack. */
    send(envelope: Envelope): Promise<Ack> {
      const socket = connections.next();
      if (socket === undefined) return Promise.resolve({ outcome: "failed" });
      const { promise, resolve } = Promise.withResolvers<Ack>();
      const pending: Pending = { envelope, socket, settle };
      const timer = setTimeout(() => settle({ outcome: "timeout" }), ackMs);
      function settle(ack: Ack): void {
        clearTimeout(timer);
        if (connections.pending.get(envelope.id) === pending) connections.pending.delete(envelope.id);
        resolve(ack);
      }
      connections.pending.set(envelope.id, pending);
      socket.send(wireOf(envelope));
      return promise;
    },

    /** Sends once more what was sent already, without waiting for anything. */
    repeat(envelope: Envelope): void {
      connections.next()?.send(wireOf({ ...envelope, attempt: envelope.attempt + 1 }));
    },

    /** Tells every connection to come again, as Slack does every few hours. */
    refresh(): void {
      for (const socket of connections.open) socket.send(disconnectNote("refresh_requested"));
    },

    /** Tells every connection that Socket Mode was switched off, and closes it. */
    disable(): void {
      for (const socket of [...connections.open]) {
        socket.send(disconnectNote("link_disabled"));
        socket.close();
      }
    },

    /** Sends every connection this text, whatever it is. */
    garble(text: string): void {
      for (const socket of connections.open) socket.send(text);
    },

    /** Cuts every connection without a word. */
    cut(): void {
      for (const socket of [...connections.open]) socket.terminate();
    },

    async close(): Promise<void> {
      for (const one of [...connections.pending.values()]) one.settle({ outcome: "failed" });
      await Promise.all(connections.open.map(sayGoodbye));
      server.close();
    },
  };
}

/** The open connections, and the envelopes that wait for an ack on them. */
function createConnections() {
  const open: WebSocket[] = [];
  const pending = new Map<string, Pending>();
  let turn = 0;

  function next(): WebSocket | undefined {
    const ready = open.filter((socket) => socket.readyState === socket.OPEN);
    turn += 1;
    return ready[turn % ready.length];
  }

  /** What a closed connection had not acked goes to another one, if there is one. */
  function handOver(closed: WebSocket): void {
    for (const one of pending.values()) {
      const other = next();
      if (one.socket !== closed || other === undefined) continue;
      one.socket = other;
      other.send(wireOf({ ...one.envelope, attempt: one.envelope.attempt + 1 }));
    }
  }

  function take(text: string): void {
    const message = parse(text);
    const found = pending.get(String(message?.["envelope_id"] ?? ""));
    found?.settle({ outcome: "acked", response: message?.["payload"] });
  }

  function accept(socket: WebSocket): void {
    socket.on("error", () => socket.terminate());
    if (open.length >= TIMES.sockets) {
      socket.send(disconnectNote("too_many_websockets"));
      socket.close();
      return;
    }
    open.push(socket);
    const pinging = setInterval(() => socket.ping(`Ping from ${APP.appId}`), TIMES.socketPingMs);
    socket.on("message", (data) => take(String(data)));
    socket.on("close", () => {
      clearInterval(pinging);
      open.splice(open.indexOf(socket), 1);
      handOver(socket);
    });
    socket.send(helloNote(open.length));
  }

  return { open, pending, next, accept };
}

function sayGoodbye(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.terminate(), GOODBYE_MS);
    socket.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
    socket.close(1001);
  });
}

function wireOf(envelope: Envelope): string {
  const again = envelope.attempt > 0;
  const retry = { retry_attempt: envelope.attempt, retry_reason: again ? "timeout" : "" };
  return JSON.stringify({
    envelope_id: envelope.id,
    payload: envelope.payload,
    type: envelope.type,
    accepts_response_payload: envelope.acceptsResponse,
    ...(again || envelope.type === "events_api" ? retry : {}),
  });
}

function helloNote(connections: number): string {
  return JSON.stringify({
    type: "hello",
    num_connections: connections,
    debug_info: { host: "applink-playground", build_number: 1, approximate_connection_time: 18_060 },
    connection_info: { app_id: APP.appId },
  });
}

function disconnectNote(reason: string): string {
  return JSON.stringify({ type: "disconnect", reason, debug_info: { host: "applink-playground" } });
}

function parse(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
