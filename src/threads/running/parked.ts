import { z } from "zod";
import { Gate } from "#change/change.ts";

const Interrupt = z.object({
  id: z.string(),
  value: z.object({ gate: Gate, revision: z.int(), digest: z.string() }),
});

/** The question a thread is parked at, as its interrupt says, or null. Throws for one of another version of ours. */
export function parkedAt(snapshot: {
  tasks: readonly { interrupts?: readonly { id?: string; value?: unknown }[] }[];
}): { gate: Gate; interruptId: string; revision: number; digest: string } | null {
  const found = snapshot.tasks[0]?.interrupts?.[0];
  if (found === undefined) return null;
  const read = Interrupt.safeParse(found);
  // Run on, it would park at the same place again and again.
  if (!read.success)
    throw new Error("The thread is parked at an interrupt of another version.", { cause: read.error });
  return { ...read.data.value, interruptId: read.data.id };
}
