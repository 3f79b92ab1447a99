import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { chance, pick, type Random, seeded } from "#test/policy/random.ts";
import { check, type Findings } from "./check.ts";
import { drive } from "./drive.ts";
import { logOrder } from "./log-order.ts";
import { createPeople } from "./people.ts";
import type { Town } from "./town.ts";

/** What Slack's troubles did. `messages` are those of ours that stand in the channel. */
export type SlackTroubles = Findings & { faults: number; messages: number };

type Call = Town["slack"]["calls"][number];

const PATIENCE_MS = 120_000;

const Metadata = z.object({ event_payload: z.object({ change_id: z.string(), name: z.string() }) });

/** Changes asked for in Slack while it limits, fails, resets, doubles and goes away: nothing is lost and nothing stands twice. */
export async function slackFaults(town: Town, total: number, seed: number): Promise<SlackTroubles> {
  const random = seeded(seed);
  const people = createPeople(town, random);
  await Promise.all([town.start("left"), town.start("right")]);
  const over = new AbortController();
  const counts = { faults: 0 };
  const trouble = disturb(town.slack, random, over.signal, counts);
  try {
    const kinds = ["plain", "pair", "back", "broken", "long"] as const;
    const asked = await drive(town, people, random, {
      total,
      atOnce: 4,
      kinds,
      way: "slack",
      patienceMs: PATIENCE_MS,
    });
    over.abort();
    await trouble;
    await untilSent(town);
    const found = await check(town, people, asked);
    const stand = await standing(town);
    return {
      ...found,
      ...counts,
      messages: stand.count,
      violations: [...found.violations, ...stand.violations, ...(await logOrder(town))],
    };
  } finally {
    over.abort();
    await trouble;
  }
}

async function disturb(
  { calls, faults }: Town["slack"],
  random: Random,
  over: AbortSignal,
  counts: { faults: number },
): Promise<void> {
  const kinds: ((method: string) => void)[] = [
    (method) => faults.rateLimit(1, 1, method),
    (method) => faults.fail(1, pick(random, [500, 502, 503]), method),
    (method) => faults.errorOn(1, "internal_error", method),
    (method) => faults.dropAfterAccept(1, method),
    () => faults.duplicateEnvelope(1),
  ];
  // Every method that is used, and none anew before it was: faults of a method that is seldom called would pile up.
  const disturbed = new Map<string, Call>();
  while (!over.aborted) {
    const lastCalls = new Map(calls.map((call) => [call.method, call]));
    const fresh = [...lastCalls].filter(([method, call]) => disturbed.get(method) !== call);
    if (fresh.length > 0) {
      const [method, call] = pick(random, fresh);
      disturbed.set(method, call);
      pick(random, kinds)(method);
      counts.faults += 1;
    }
    if (chance(random, 0.03)) faults.disconnectRefresh();
    if (chance(random, 0.02)) faults.offline(500 + random() * 1_500);
    await pause(100 + random() * 300, undefined, { signal: over }).catch(() => undefined);
  }
}

/**
 * Waits until Slack shows everything as the rows say, as long as there is less and less to show: a channel takes a message a
 * second, and 300 changes had 20 minutes of them to come when the last one ended.
 */
async function untilSent(town: Town): Promise<void> {
  let giveUp = Date.now() + PATIENCE_MS;
  let fewest = Number.POSITIVE_INFINITY;
  for (;;) {
    const { rows } = await town.pool.query<{ name: string }>(
      "select name from messages where wanted > sent and abandoned is null",
    );
    if (rows.length === 0) return;
    if (rows.length < fewest) {
      fewest = rows.length;
      giveUp = Date.now() + PATIENCE_MS;
    }
    if (Date.now() > giveUp) throw new Error(`Not sent: ${rows.map(({ name }) => name).join(", ")}`);
    await pause(100);
  }
}

/** Each message once, and a card and a verdict for every change. */
async function standing(town: Town): Promise<{ count: number; violations: string[] }> {
  const seen = new Map<string, number>();
  for (const { metadata } of town.slack.messages(town.slack.channels.infra)) {
    const read = Metadata.safeParse(metadata);
    if (!read.success) continue;
    const { change_id, name } = read.data.event_payload;
    seen.set(`${change_id} ${name}`, (seen.get(`${change_id} ${name}`) ?? 0) + 1);
  }
  const { rows } = await town.pool.query<{ id: string; request: string }>(
    "select id, request from changes where home_channel is not null",
  );
  const twice = [...seen]
    .filter(([, count]) => count > 1)
    .map(([key, count]) => `stands ${count} times: ${key}; posted: ${postsOf(town, key)}`);
  const lost = rows.flatMap(({ id, request }) =>
    ["card", "verdict:ended"]
      .filter((name) => !seen.has(`${id} ${name}`))
      .map((name) => `the ${name} of ${request} is missing (${id})`),
  );
  return { count: seen.size, violations: [...twice, ...lost] };
}

/** When it was posted, and which calls that could have found it came between, for whoever looks for the cause. */
function postsOf({ slack }: Town, key: string): string {
  const [id = "", name = ""] = key.split(" ");
  const posts = slack.calls.filter(
    ({ method, args }) =>
      method === "chat.postMessage" &&
      JSON.stringify(args["metadata"] ?? "").includes(id) &&
      JSON.stringify(args["metadata"]).includes(`${name}\\"`),
  );
  const [first, last] = [posts[0]?.at ?? 0, posts.at(-1)?.at ?? 0];
  const between = slack.calls.filter(
    ({ method, at }) => method.startsWith("conversations.") && at >= first && at <= last,
  );
  return JSON.stringify(
    [...posts, ...between].map(({ method, at, status, answer }) => [
      at - first,
      method,
      status,
      answer?.["ok"],
    ]),
  );
}
