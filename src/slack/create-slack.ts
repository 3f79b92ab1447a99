import type { RequestListener } from "node:http";
import { webApi } from "@slack/bolt";
import type { DueHome } from "#change/home-port.ts";
import type { ModelPrices } from "#change/model/prices.ts";
import type { DueMessage } from "#change/outbox-port.ts";
import { type At, between, nowhere } from "#observe/crash-points.ts";
import type { Log } from "#observe/log.ts";
import { addAskForm, addShortcuts } from "#slack/asking/listen-shortcuts.ts";
import { addCommands, addMessages } from "#slack/asking/listen-typed.ts";
import { type Access, createAccess } from "#slack/client/access.ts";
import { createGroupsOf } from "#slack/client/approver-groups.ts";
import { createCanPostIn } from "#slack/client/channels.ts";
import { askingOptions, sendingOptions } from "#slack/client/clients.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import { createDoor } from "#slack/client/door.ts";
import { isAppRefused } from "#slack/client/failures.ts";
import { createFindGroups, createFindMembers } from "#slack/client/groups.ts";
import { findIdentity, type Identity } from "#slack/client/identity.ts";
import { createInFlight } from "#slack/client/in-flight.ts";
import { createPeople } from "#slack/client/people.ts";
import { createRefusalGate } from "#slack/client/refusal-gate.ts";
import { createReadHome } from "#slack/home/content.ts";
import { addHome } from "#slack/home/opened.ts";
import { createHomeSender, type HomeSender } from "#slack/home/sender.ts";
import { renderHome } from "#slack/home/view.ts";
import { deliver } from "#slack/sender/deliver.ts";
import type { SenderDeps } from "#slack/sender/deps.ts";
import { createFindPosted } from "#slack/sender/find-posted.ts";
import { createOutboxSender } from "#slack/sender/outbox.ts";
import { createLinkTo } from "#slack/text/link-to.ts";
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
  modelPrices: ModelPrices | null;
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

/** What the Slack side is given of the rest. */
type SlackOptions = Pick<SlackDeps, "changes" | "outbox" | "homes" | "log"> & {
  config: SlackConfig;
  at?: At;
};

/** Asks Slack who we are and puts the Slack side together; nothing is opened or sent before `start`. Throws SlackSetupError. */
export async function createSlack(options: SlackOptions): Promise<Slack> {
  const { config, log } = options;
  const firstClient = new webApi.WebClient(config.botToken, askingOptions(config.apiUrl, log));
  const identity = await findIdentity(firstClient);
  sayMissing(identity, log);
  const access = createAccess(log);
  const receiver = createReceiver({ ...config, identity, access, log });
  const { app } = receiver;
  const deps = shared(options, identity, app.client);
  addCommands(app, deps);
  addMessages(app, deps);
  addShortcuts(app, deps);
  addAskForm(app, deps);
  addClicks(app, deps, config.breakGlass);
  app.error(async (error) => log.error({ err: error }, "Slack sent something that could not be handled"));
  addHome(app, deps);
  const sender = createSender(options, deps, access);
  const homes = createHomes(deps, access);
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
      const drained = await deps.inFlight.drain(STOP_MS);
      if (!drained) log.warn("A command or click was still being answered after 25 s");
    },
    async stop() {
      await Promise.all([sender.stop(), homes.stop()]);
    },
  };
}

/** What all of it shares. `client` is the one that whoever asks or clicks waits for. */
function shared(
  { config, changes, outbox, homes, log }: SlackOptions,
  identity: Identity,
  client: webApi.WebClient,
): SlackDeps {
  const now = () => new Date();
  const findMembers = createFindMembers(client);
  return {
    ...{ changes, outbox, homes, log, now, identity, findMembers },
    channels: config.channels,
    nobodyCanApprove: config.nobodyCanApprove,
    linkTo: createLinkTo(identity),
    door: createDoor(new webApi.WebClient(config.botToken, sendingOptions(config.apiUrl, log))),
    inFlight: createInFlight(),
    people: createPeople({ ...config, client, home: identity }),
    canPostIn: createCanPostIn(client),
    findGroups: createFindGroups(client),
    groupsOf: createGroupsOf(createFindMembers(client), config.approverGroups, now, true),
    certainGroupsOf: createGroupsOf(findMembers, config.approverGroups, now),
  };
}

function sayMissing({ missingScopes: missing }: Identity, log: Log): void {
  if (missing.length > 0)
    log.error({ missing }, "The Slack app lacks scopes: update it from manifest.yml and install it again");
}

/** With a client of its own, which waits longer than whoever clicks would. */
function createSender({ config, at = nowhere }: SlackOptions, shared: SlackDeps, access: Access) {
  const { identity, outbox, log, now } = shared;
  const client = new webApi.WebClient(config.botToken, sendingOptions(config.apiUrl, log));
  const findMembers = createFindMembers(client);
  const deps: SenderDeps = {
    ...shared,
    findMembers,
    certainGroupsOf: createGroupsOf(findMembers, config.approverGroups, now),
    findPosted: createFindPosted(client, identity, log),
    richKinds: createRichKinds(),
    modelPrices: config.modelPrices,
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
      deliver(deps, message, signal),
    ),
  });
}

function createHomes(deps: SlackDeps, access: Access): HomeSender {
  const { homes, door, log, linkTo } = deps;
  const readHome = createReadHome(deps);
  const render = async (home: DueHome) => renderHome(await readHome(home), home.notice, linkTo);
  return createHomeSender({ port: homes, door, render, access, log });
}
