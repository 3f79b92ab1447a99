import type { RequestListener } from "node:http";
import { webApi } from "@slack/bolt";
import type { Changes } from "#change/changes.ts";
import type { DueHome, HomesPort } from "#change/home-port.ts";
import type { DueMessage, OutboxPort } from "#change/outbox-port.ts";
import { type At, between, nowhere } from "#observe/crash-points.ts";
import type { Log } from "#observe/log.ts";
import { addAsking } from "#slack/asking/add-asking.ts";
import { createLinkTo, type LinkTo } from "#slack/cards/blocked-lines.ts";
import { createCancelAs, createCancelFor } from "#slack/clicks/cancelling.ts";
import { createDecideAs, createFindHere, createIsHere, createWhyNotAs } from "#slack/clicks/deciding.ts";
import { createUnlockAs } from "#slack/clicks/unlocking.ts";
import { type Access, createAccess } from "#slack/client/access.ts";
import { createGroupsOf } from "#slack/client/approver-groups.ts";
import { createFindPlace } from "#slack/client/channels.ts";
import { askingOptions, sendingOptions } from "#slack/client/clients.ts";
import { createDoor, type Door } from "#slack/client/door.ts";
import { isAppRefused } from "#slack/client/failures.ts";
import { createFindGroups, createFindMembers } from "#slack/client/groups.ts";
import { findIdentity, type Identity } from "#slack/client/identity.ts";
import { createInFlight } from "#slack/client/in-flight.ts";
import { createPeople, type People } from "#slack/client/people.ts";
import { createRefusalGate } from "#slack/client/refusal-gate.ts";
import { createReadHome, type ReadHome } from "#slack/home/content.ts";
import { addHome } from "#slack/home/opened.ts";
import { createHomeSender, type HomeSender } from "#slack/home/sender.ts";
import { renderHome } from "#slack/home/view.ts";
import { deliver } from "#slack/sender/deliver.ts";
import { createFindLogFile } from "#slack/sender/log-file.ts";
import { createMayRead } from "#slack/sender/may-read.ts";
import { createOpenDirect } from "#slack/sender/open-direct.ts";
import { createOutboxSender } from "#slack/sender/outbox.ts";
import { createRender } from "#slack/sender/render.ts";
import { createFindStanding } from "#slack/sender/standing-message.ts";
import { createTellApprovers } from "#slack/sender/tell-approvers.ts";
import type { ModelPrices } from "#slack/text/cost.ts";
import { createRichKinds } from "#slack/text/rich-kinds.ts";
import { addClicks } from "./add-clicks.ts";
import { createReceiver, type SlackMode } from "./receiver.ts";

/** How Slack is used. `apiUrl` null is Slack's own; empty lists narrow nothing. */
export type SlackConfig = {
  botToken: string;
  mode: SlackMode;
  apiUrl: string | null;
  requesters: readonly string[];
  channels: readonly string[];
  nobodyCanApprove: boolean;
  /** Every user group the policy names as approvers. */
  approverGroups: readonly string[];
  modelPrices: ModelPrices;
  /** Slack user ids who may break the glass. */
  breakGlass: readonly string[];
};

/** The Slack side of a running Greenlight. */
export type Slack = {
  identity: Identity;
  access: Access;
  /** POST /slack/events, for the one HTTP server; null in Socket Mode. Needs the body as it came. */
  listener: RequestListener | null;
  /** Opens the sockets and begins to send. Throws SlackSetupError when Slack refuses. */
  start(): Promise<void>;
  /** Takes nothing in any more, and waits at most 25 s for what is under way. */
  stopIntake(): Promise<void>;
  /** Sends what is due, for 2 s at most, and nothing after that. Last, so that the end of a step is still shown. */
  stop(): Promise<void>;
};

const STOP_MS = 25_000;

/** What the Slack side takes of the rest. */
type SlackNeeds = {
  config: SlackConfig;
  changes: Changes;
  outbox: OutboxPort;
  homes: HomesPort;
  log: Log;
  at?: At;
};

/** Asks Slack who we are and puts the Slack side together; nothing is opened or sent before `start`. Throws SlackSetupError. */
export async function createSlack(needs: SlackNeeds): Promise<Slack> {
  const { config, changes, log } = needs;
  const firstClient = new webApi.WebClient(config.botToken, askingOptions(config.apiUrl, log));
  const identity = await findIdentity(firstClient);
  sayMissing(identity, log);
  const access = createAccess(log);
  const receiver = createReceiver({ ...config, identity, access, log });
  const inFlight = createInFlight();
  const { client } = receiver.app;
  const people = createPeople({ ...config, client, home: identity });
  const findPlace = createFindPlace(client);
  const { isDirectCard } = needs.outbox;
  const asking = { changes, people, findPlace };
  const findGroups = createFindGroups(client);
  const now = () => new Date();
  const groupsOf = createGroupsOf(createFindMembers(client), config.approverGroups, now, true);
  const places = { changes, people, groupsOf, isDirectCard };
  const isHere = createIsHere(places);
  const deciding = { changes, people, findGroups, isHere };
  const decideAs = createDecideAs(deciding);
  const whyNotAs = createWhyNotAs(deciding);
  const cancelFor = createCancelFor({ changes, findGroups });
  const unlockAs = createUnlockAs({ changes, people, findGroups });
  const { canAttach } = identity;
  const words = { ...asking, linkTo: createLinkTo(identity), now, groupsOf, unlockAs, cancelFor, canAttach };
  const askNeeds = { ...config, ...words, decideAs, outbox: needs.outbox, identity };
  const door = createDoor(new webApi.WebClient(config.botToken, sendingOptions(config.apiUrl, log)));
  const listening = { app: receiver.app, door, inFlight, log };
  const asks = addAsking(listening, askNeeds);
  addClicks(listening, {
    ...{ ...words, ...needs, decideAs, whyNotAs, cancelAs: createCancelAs(deciding), asks },
    findHere: createFindHere(places),
  });
  receiver.app.error(async (error) =>
    log.error({ err: error }, "Slack sent something that could not be handled"),
  );
  addHome(listening, needs.homes);
  const sender = createSender(needs, door, identity, people, access);
  const homes = createHomes(
    needs,
    // Nobody waits for it: better a Home that comes late than one that says that nothing waits.
    createReadHome({
      ...words,
      groupsOf: createGroupsOf(createFindMembers(client), config.approverGroups, now),
    }),
    words.linkTo,
    door,
    access,
  );
  return {
    identity,
    access,
    listener: receiver.listener,
    async start() {
      await receiver.start();
      sender.start();
      homes.start();
    },
    async stopIntake() {
      await receiver.stop();
      const drained = await inFlight.drain(STOP_MS);
      if (!drained) log.warn("A command or click was still being answered after 25 s");
    },
    async stop() {
      await Promise.all([sender.stop(), homes.stop()]);
    },
  };
}

function sayMissing({ missingScopes: missing }: Identity, log: Log): void {
  if (missing.length > 0)
    log.error({ missing }, "The Slack app lacks scopes: update it from manifest.yml and install it again");
}

function createSender(needs: SlackNeeds, door: Door, identity: Identity, people: People, access: Access) {
  const { config, changes, outbox, log, at = nowhere } = needs;
  const client = new webApi.WebClient(config.botToken, sendingOptions(config.apiUrl, log));
  const findMembers = createFindMembers(client);
  const groupsOf = createGroupsOf(findMembers, config.approverGroups, () => new Date());
  const parts = {
    door,
    log,
    mayRead: createMayRead({ changes, people, groupsOf }),
    render: createRender({
      changes,
      linkTo: createLinkTo(identity),
      prices: config.modelPrices,
      canAttach: identity.canAttach,
    }),
    findLogFile: createFindLogFile(changes),
    findStanding: createFindStanding(client, identity, log),
    isHeld: outbox.isHeld,
    richKinds: createRichKinds(),
    openDirect: createOpenDirect(door, outbox),
    tellApprovers: createTellApprovers({
      changes,
      people,
      findMembers,
      port: outbox,
      log,
    }),
  };
  const probe = () =>
    client.auth.test().then(
      () => true,
      (error: unknown) => !isAppRefused(error),
    );
  return createOutboxSender({
    port: outbox,
    log,
    gate: createRefusalGate({ access, probe }),
    deliver: between(at, "Slack send", (message: DueMessage, signal: AbortSignal) =>
      deliver(parts, message, signal),
    ),
  });
}

function createHomes(
  { homes, log }: SlackNeeds,
  readHome: ReadHome,
  linkTo: LinkTo,
  door: Door,
  access: Access,
): HomeSender {
  const render = async (home: DueHome) => renderHome(await readHome(home), home.notice, linkTo);
  return createHomeSender({ port: homes, door, render, access, log });
}
