import type { SlackStandIn } from "#playground/slack/slack.ts";
import { startProgram } from "#test/support/program.ts";
import { standIn, waitFor } from "#test/support/slack.ts";

/** How long Slack waited for acks, in ms, and how many private answers came in the end. */
export type Acks = { sent: number; acked: number; answered: number; p50: number; p99: number; worst: number };

const BETWEEN_LOOKS_MS = 100;

/**
 * Types commands at this rate into a program of its own (the real Bolt over Socket Mode): lists, checks and requests mixed,
 * by three people. Measures from when Slack sends one to its ack, and waits until every command has its private answer.
 */
export async function measureAcks(rate: { perSecond: number; seconds: number }): Promise<Acks> {
  const program = await startProgram();
  try {
    return await measure(standIn(program), rate);
  } finally {
    await program.close();
  }
}

async function measure(
  slack: SlackStandIn,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<Acks> {
  await waitFor(() => (slack.connections() >= 2 ? true : undefined), "the sockets");
  const people = [slack.users.ana, slack.users.ben, slack.users.cleo];
  const answers = () => people.reduce((sum, one) => sum + slack.ephemerals(one).length, 0);
  const sent = perSecond * seconds;
  const took: number[] = [];
  const works: Promise<void>[] = [];
  const began = performance.now();
  for (let number = 0; number < sent; number += 1) {
    const due = began + (number * 1_000) / perSecond;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    const as = people[number % people.length] ?? slack.users.ana;
    works.push(one(slack, as, textOf(number)).then((ms) => void (ms === null || took.push(ms))));
  }
  await Promise.all(works);
  for (let looks = 0; answers() < sent && looks < 600; looks += 1)
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS_MS));
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Infinity;
  return { sent, acked: took.length, answered: answers(), p50: at(0.5), p99: at(0.99), worst: at(1) };
}

/** What one command waited, or null when it was not acknowledged in time. */
async function one(slack: SlackStandIn, as: string, text: string): Promise<number | null> {
  const began = performance.now();
  const outcome = await slack.say({ as, channel: slack.channels.infra, text }).delivered;
  return outcome === "acked" ? performance.now() - began : null;
}

function textOf(number: number): string {
  switch (number % 4) {
    case 0:
    case 1:
      return "/infra list";
    case 2:
      return `/infra check kubectl scale deployment/web --replicas=${number} -n production`;
    default:
      return `/infra scale payment-api to ${1 + (number % 50)} replicas in production, please ${number}`;
  }
}
