import type { ModelPrices } from "#change/model/prices.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import type { RichKinds } from "#slack/text/rich-kinds.ts";
import type { FindPosted } from "./find-posted.ts";

/** What bringing messages takes beside what all of Slack's side shares. `findPosted` and `richKinds` remember what Slack refused. */
export type SenderDeps = SlackDeps & {
  findPosted: FindPosted;
  richKinds: RichKinds;
  modelPrices: ModelPrices | null;
};
