import type { Log } from "#observe/log.ts";
import type { Rendered } from "#slack/text/blocks.ts";
import type { Door, Way } from "./door.ts";
import { type Failure, isPassing, readFailure } from "./failures.ts";

/** What telling somebody takes. */
export type TellDeps = { door: Pick<Door, "answer">; log: Log };

/** For so long each way is tried before the next one is. */
const SOON_MS = 1_500;
/** For so long an answer is tried at all: a stop waits 25 s for it. */
const LONGEST_MS = 20_000;

/** Where somebody is answered who said or clicked something there. */
export type ThreadPlace = { userId: string; channelId: string; threadTs: string | null };

/** The ways to them there: unseen by others in a channel, as a message where nobody else is, and directly where neither works. */
export function waysTo({ userId, channelId, threadTs }: ThreadPlace): Way[] {
  const there: Way = channelId.startsWith("D")
    ? { by: "message", channelId, threadTs }
    : { by: "ephemeral", userId, channelId, threadTs };
  return [there, { by: "direct", userId }];
}

/**
 * Brings an answer by the first of these ways that takes it, by its text alone where Slack refuses its blocks. What only has
 * to wait is tried once more at the end. Better told twice, where an answer of Slack's got lost, than never. Never throws: an
 * answer that goes no way is in the log.
 */
export async function tell(deps: TellDeps, ways: readonly Way[], answer: Rendered): Promise<void> {
  const last = performance.now() + LONGEST_MS;
  let left = ways;
  for (const isLast of [false, true]) {
    const waiting: Way[] = [];
    for (const way of left) {
      if (performance.now() > last) break;
      const failure = await tryWay(deps, way, answer, isLast ? last : performance.now() + SOON_MS);
      if (failure === null) return;
      deps.log.warn({ by: way.by, why: failure }, "An answer is not taken there");
      if (isPassing(failure)) waiting.push(way);
    }
    left = waiting;
  }
  const to = ways.flatMap((way) => ("userId" in way ? [way.userId] : []))[0];
  deps.log.error({ person: to, ways: ways.map(({ by }) => by) }, "An answer reached nobody");
}

/** Null: it was taken. */
async function tryWay(
  { door, log }: TellDeps,
  way: Way,
  { text, blocks }: Rendered,
  until: number,
): Promise<Failure | null> {
  try {
    await door.answer(way, blocks.length === 0 ? { text } : { text, blocks }, until);
    return null;
  } catch (error) {
    const failure = readFailure(error);
    if (failure.kind !== "too much" || blocks.length === 0) return failure;
    log.error(
      { by: way.by, why: failure.why },
      "Slack refuses the blocks of an answer, so its text is sent alone",
    );
    return tryWay({ door, log }, way, { text, blocks: [] }, until);
  }
}
