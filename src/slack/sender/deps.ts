import type { SlackDeps } from "#slack/client/deps.ts";
import type { ModelPrices } from "#slack/text/cost.ts";
import type { RichKinds } from "#slack/text/rich-kinds.ts";
import type { FindStanding } from "./standing-message.ts";

/** What bringing messages takes beside what all of Slack's side shares. `findStanding` and `richKinds` remember what Slack refused. */
export type SenderDeps = SlackDeps & {
  findStanding: FindStanding;
  richKinds: RichKinds;
  modelPrices: ModelPrices;
};
