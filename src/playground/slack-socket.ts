import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { isObject, type Json } from "./slack-check.ts";
import { TIMES } from "./slack-limits.ts";
import { APP } from "./slack-people.ts";

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

/** No connection yet. `ackMs` is how long an app has for its ack. */
export function createSocket({ ackMs, clock }: { ackMs: number; clock: () => number }) {
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Map<string, number>();
  const sockets: WebSocket[] = [];
  const pending = new Map<string, Pending>();
  const timers = new Set<NodeJS.Timeout>();
  let turn = 0;

  function accept(socket: WebSocket): void {
    if (sockets.length >= TIMES.sockets) {
      socket.send(disconnectNote("too_many_websockets"));
      socket.close();
      return;
    }
    sockets.push(socket);
    const pinging = setInterval(() => socket.ping(`Ping from ${APP.appId}`), TIMES.socketPingMs);
    timers.add(pinging);
    socket.on("message", (data) => take(String(data)));
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      clearInterval(pinging);
      timers.delete(pinging);
      sockets.splice(sockets.indexOf(socket), 1);
      handOver(socket);
    });
    socket.send(
      JSON.stringify({
        type: "hello",
        num_connections: sockets.length,
        debug_info: { host: "applink-playground", build_number: 1, approximate_connection_time: 18_060 },
        connection_info: { app_id: APP.appId },
      }),
    );
  }

  function take(text: string): void {
    const message = parse(text);
    const id = String(message?.["envelope_id"] ?? "");
    const found = pending.get(id);
    if (found === undefined) return;
    pending.delete(id);
    found.settle({ outcome: "acked", response: message?.["payload"] });
  }

  /** What a closed connection had not acked goes to another one, if there is one. */
  function handOver(closed: WebSocket): void {
    for (const one of pending.values()) {
      const next = nextSocket();
      if (one.socket !== closed || next === undefined) continue;
      one.socket = next;
      next.send(wireOf({ ...one.envelope, attempt: one.envelope.attempt + 1 }));
    }
  }

  function nextSocket(): WebSocket | undefined {
    const open = sockets.filter((socket) => socket.readyState === socket.OPEN);
    turn += 1;
    return open[turn % open.length];
  }

  return {
    /** The path of a fresh, single-use address for one connection. */
    issuePath(): string {
      const ticket = randomUUID();
      tickets.set(ticket, clock() + TIMES.socketTicketMs);
      return `/link/?ticket=${ticket}&app_id=${APP.appId}`;
    },

    /** Takes over an upgrade request, or closes it when its ticket is none. */
    upgrade(request: IncomingMessage, duplex: Duplex, head: Buffer): void {
      const url = new URL(request.url ?? "/", "http://slack");
      const ticket = url.searchParams.get("ticket") ?? "";
      const until = tickets.get(ticket);
      tickets.delete(ticket);
      if (url.pathname !== "/link/" || until === undefined || clock() > until) {
        duplex.end("HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n");
        return;
      }
      server.handleUpgrade(request, duplex, head, accept);
    },

    count: () => sockets.length,

    /** Sends the envelope over one connection and waits for the ack. */
    send(envelope: Envelope): Promise<Ack> {
      const socket = nextSocket();
      if (socket === undefined) return Promise.resolve({ outcome: "failed" });
      return new Promise((resolve) => {
        const timer = setTimeout(() => settle({ outcome: "timeout" }), ackMs);
        timers.add(timer);
        const settle = (ack: Ack) => {
          clearTimeout(timer);
          timers.delete(timer);
          if (pending.get(envelope.id)?.settle === settle) pending.delete(envelope.id);
          resolve(ack);
        };
        pending.set(envelope.id, { envelope, socket, settle });
        socket.send(wireOf(envelope));
      });
    },

    /** Sends once more what was sent already, without waiting for anything. */
    repeat(envelope: Envelope): void {
      nextSocket()?.send(wireOf({ ...envelope, attempt: envelope.attempt + 1 }));
    },

    /** Tells every connection to come again, as Slack does every few hours. */
    refresh(): void {
      for (const socket of sockets) socket.send(disconnectNote("refresh_requested"));
    },

    /** Cuts every connection without a word. */
    cut(): void {
      for (const socket of [...sockets]) socket.terminate();
    },

    close(): void {
      for (const timer of timers) clearTimeout(timer);
      for (const socket of [...sockets]) socket.terminate();
      for (const one of [...pending.values()]) one.settle({ outcome: "failed" });
      server.close();
    },
  };
}

function wireOf(envelope: Envelope): string {
  const retry = envelope.attempt > 0 ? { retry_attempt: envelope.attempt, retry_reason: "timeout" } : {};
  const first = envelope.type === "events_api" ? { retry_attempt: 0, retry_reason: "" } : {};
  return JSON.stringify({
    envelope_id: envelope.id,
    payload: envelope.payload,
    type: envelope.type,
    accepts_response_payload: envelope.acceptsResponse,
    ...first,
    ...retry,
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
