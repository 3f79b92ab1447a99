import { z } from "zod";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import type { Town } from "./town.ts";

const Metadata = z.object({
  event_payload: z.object({ change_id: z.string(), name: z.string().startsWith("step:") }),
});

type Message = ReturnType<SlackStandIn["messages"]>[number];
type Attempt = { key: string; change_id: string };

/**
 * That what steps printed stands in its order: the messages of a change's steps as they were begun, the numbered lines
 * within each, all of them at the end, and no edit that took lines back.
 */
export async function logOrder(town: Town): Promise<string[]> {
  const { rows } = await town.pool.query<Attempt>(
    `select change_id, concat_ws(' ', change_id, concat_ws(':', 'step', revision, step, direction, attempt)) as key
     from journal order by intent_at`,
  );
  const messages = new Map(town.slack.messages(town.slack.channels.infra).flatMap(withKey));
  const byChange = Map.groupBy(rows, (attempt) => attempt.change_id);
  return [
    ...[...byChange.values()].flatMap((attempts) => outOfOrder(attempts, messages)),
    ...[...messages].flatMap(([key, message]) => lineFaults(key, message)),
  ];
}

function withKey(message: Message): [string, Message][] {
  const read = Metadata.safeParse(message.metadata);
  if (!read.success) return [];
  const { change_id, name } = read.data.event_payload;
  return [[`${change_id} ${name}`, message]];
}

function outOfOrder(attempts: readonly Attempt[], messages: ReadonlyMap<string, Message>): string[] {
  return attempts.flatMap(({ key }, index) => {
    const [before, after] = [attempts[index - 1], messages.get(key)];
    if (after === undefined) return [`the log of a step is missing: ${key}`];
    const earlier = before === undefined ? undefined : messages.get(before.key);
    return earlier !== undefined && earlier.ts > after.ts
      ? [`the log stands above that of an earlier step: ${key}`]
      : [];
  });
}

function lineFaults(key: string, { pastBlocks, blocks }: Message): string[] {
  const seen = [...pastBlocks, blocks].map(numbersIn);
  const last = seen.at(-1) ?? [];
  const isSorted = seen.every((numbers) => numbers.every((number, index) => number === index + 1));
  const isGrowing = seen.every((numbers, index) => numbers.length >= (seen[index - 1]?.length ?? 0));
  return [
    ...(isSorted ? [] : [`lines out of order: ${key}: ${JSON.stringify(seen)}`]),
    ...(isGrowing ? [] : [`an edit took lines back: ${key}: ${seen.map(({ length }) => length).join(" ")}`]),
    ...(last.length === 0 || last.length === 10 ? [] : [`${last.length} of 10 lines stand: ${key}`]),
  ];
}

/** The numbers of the lines that `long` steps print. */
function numbersIn(blocks: unknown): number[] {
  return [...JSON.stringify(blocks).matchAll(/line (\d+)/g)].map((match) => Number(match[1]));
}
