import type { Changes } from "#change/changes.ts";
import type { OutboxPort } from "#change/outbox-port.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import type { Known } from "#slack/client/lookups.ts";
import { aPort } from "./port.ts";

type Given = Omit<Partial<SlackDeps>, "changes" | "outbox" | "people"> & {
  changes?: Partial<Changes>;
  outbox?: Partial<OutboxPort>;
  /** Whom Slack says they are, for whatever they want. */
  known?: () => Known;
};

/** What Slack's side shares, for somebody who is in no group; only what is given of the ports answers. */
export function slackDeps(given: Given): SlackDeps {
  const { changes = {}, outbox = {}, known, ...more } = given;
  const isKnown = async () => known?.() ?? ({ ok: false, reason: "Nobody said who they are." } as const);
  const deps: Partial<SlackDeps> = {
    people: { isMember: isKnown, mayAsk: isKnown },
    canPostIn: async () => ({ ok: true }),
    findGroups: async () => ({ groups: [], fault: null }),
    findMembers: async () => [],
    groupsOf: async () => [],
    certainGroupsOf: async () => [],
    linkTo: () => null,
    now: () => new Date(),
    channels: [],
    nobodyCanApprove: false,
    ...more,
    changes: aPort(changes),
    outbox: outbox as OutboxPort,
  };
  return deps as SlackDeps;
}
