import assert from "node:assert/strict";
import type { Refused } from "#playground/slack/refused.ts";
import { type SlackOptions, type SlackStandIn, startSlack } from "#playground/slack/slack.ts";

/**
 * A Slack of the test's own, to be served by a program as the real one. Its `stop` fails when it refused something for
 * what was in it: whoever tests a refusal takes it before. Stop it after the programs that speak with it.
 */
export async function startOwnSlack(options: SlackOptions = {}): Promise<SlackStandIn> {
  const slack = await startSlack(options);
  const stop = async (): Promise<void> => {
    await slack.stop();
    assertNoneRefused(slack.takeRefused());
  };
  return { ...slack, stop };
}

/** Fails with what Slack refused: no such message or form may leave the program, whatever came after it. */
export function assertNoneRefused(refused: readonly Refused[]): void {
  assert.deepEqual(refused, [], "Slack refused what was sent, though something simpler may have come");
}
