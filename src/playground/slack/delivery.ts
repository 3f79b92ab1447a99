import { randomUUID } from "node:crypto";
import type { Json } from "./check.ts";
import { sendByHttp } from "./http-delivery.ts";
import { TIMES } from "./limits.ts";
import type { Ack, Envelope } from "./socket.ts";
import type { Stand } from "./stand.ts";

/** How the app is reached: over its Socket Mode connections, or at its request URL. */
export type DeliveryMode = { mode: "socket" } | { mode: "http"; url: string };

/** Takes payloads to the app. */
export type Delivery = ReturnType<typeof createDelivery>;

/** Delivers over Socket Mode until told otherwise, and again what was not acked, as Slack does. */
export function createDelivery(stand: Stand, { ackMs }: { ackMs: number }) {
  const timers = new Set<NodeJS.Timeout>();
  let way: DeliveryMode = { mode: "socket" };
  let closed = false;

  function send(envelope: Envelope): Promise<Ack> {
    if (closed || stand.faults.isAway()) return Promise.resolve({ outcome: "failed" });
    if (way.mode === "socket") return stand.socket.send(envelope);
    const { url } = way;
    return sendByHttp(envelope, {
      url,
      secret: stand.tokens.signingSecret,
      ackMs,
      clock: stand.workspace.now,
    });
  }

  /** The pauses before the next tries: events always, commands and clicks once and over a socket that was slow. */
  function pausesFor(envelope: Envelope, ack: Ack): readonly number[] {
    if (envelope.type === "events_api") return TIMES.eventRetriesMs;
    return way.mode === "socket" && ack.outcome === "timeout" ? TIMES.interactionRetriesMs : [];
  }

  function later(envelope: Envelope, ack: Ack): void {
    const pause = pausesFor(envelope, ack)[envelope.attempt];
    if (pause === undefined || closed) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      const again = { ...envelope, attempt: envelope.attempt + 1 };
      void send(again).then((next) => {
        if (next.outcome !== "acked") later(again, next);
      });
    }, pause);
    timer.unref();
    timers.add(timer);
  }

  return {
    setMode(mode: DeliveryMode): void {
      way = mode;
    },

    /** Resolves when the app acked, or failed to; further tries go on behind it. */
    async deliver(type: Envelope["type"], payload: Json, acceptsResponse: boolean): Promise<Ack> {
      const envelope = { id: randomUUID(), type, payload, acceptsResponse, attempt: 0 };
      const sent = send(envelope);
      if (stand.faults.takeDuplicate()) {
        if (way.mode === "socket") stand.socket.repeat(envelope);
        else void send({ ...envelope, attempt: 1 });
      }
      const ack = await sent;
      if (ack.outcome !== "acked") later(envelope, ack);
      return ack;
    },

    close(): void {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
