import { randomUUID } from "node:crypto";
import { TIMES } from "./limits.ts";

/** Tickets for Socket Mode: each admits one connection within half a minute. */
export function createTickets(clock: () => number) {
  const until = new Map<string, number>();
  return {
    issue(): string {
      const ticket = randomUUID();
      until.set(ticket, clock() + TIMES.socketTicketMs);
      return ticket;
    },
    use(ticket: string): boolean {
      const end = until.get(ticket);
      until.delete(ticket);
      return end !== undefined && clock() <= end;
    },
  };
}
