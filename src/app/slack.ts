import type { Changes } from "#change/changes.ts";
import { between } from "#observe/crash-points.ts";
import { createSlack, type Slack } from "#slack/create-slack.ts";
import { createHomes } from "#store/homes.ts";
import { createOutbox } from "#store/outbox.ts";
import { whoApproves } from "./approvers.ts";
import { pricesOf } from "./model.ts";
import type { Parts } from "./parts.ts";

/** Slack's side, put together and not started. */
export async function openSlack(parts: Parts, changes: Changes): Promise<Slack> {
  const { config, database, wakes, policy, owner, pace, log, at, closing } = parts;
  const { requesters, channels } = config;
  const modelPrices = pricesOf(config);
  const outbox = createOutbox(database, wakes, { owner, leaseMs: pace.leaseMs });
  const slack = await createSlack({
    config: { ...parts.slackWorkspace, requesters, channels, modelPrices, ...whoApproves(policy) },
    changes,
    outbox: { ...outbox, sent: between(at, "Slack record", outbox.sent) },
    homes: createHomes(database, wakes),
    log,
    at,
  });
  closing.push(() => slack.stop());
  return slack;
}
