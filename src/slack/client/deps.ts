import type { Changes } from "#change/changes.ts";
import type { HomesPort } from "#change/home-port.ts";
import type { OutboxPort } from "#change/outbox-port.ts";
import type { Log } from "#observe/log.ts";
import type { LinkTo } from "#slack/text/link-to.ts";
import type { GroupsOf } from "./approver-groups.ts";
import type { CanPostIn } from "./channels.ts";
import type { Door } from "./door.ts";
import type { FindGroups, FindMembers } from "./groups.ts";
import type { Identity } from "./identity.ts";
import type { InFlight } from "./in-flight.ts";
import type { People } from "./people.ts";

/** What all of Slack's side shares, made once at the start. A function names what it takes of it, or takes it whole. */
export type SlackDeps = {
  changes: Changes;
  outbox: OutboxPort;
  homes: HomesPort;
  log: Log;
  now: () => Date;
  /** The channels where changes may be asked for; empty: all that the bot is in. */
  channels: readonly string[];
  nobodyCanApprove: boolean;
  identity: Identity;
  linkTo: LinkTo;
  /** The one way outwards, and the work that a stop waits for. */
  door: Door;
  inFlight: InFlight;
  /** What is asked of Slack anew each time. */
  people: People;
  canPostIn: CanPostIn;
  findGroups: FindGroups;
  findMembers: FindMembers;
  /** A group that Slack says nothing of counts as one without them: for whoever waits for an answer. */
  groupsOf: GroupsOf;
  /** The same, but throws where Slack says nothing: for what must not say that somebody may see nothing. */
  certainGroupsOf: GroupsOf;
};

/** What asking for a change takes of it. */
export type AskingDeps = Pick<SlackDeps, "changes" | "people" | "canPostIn">;
