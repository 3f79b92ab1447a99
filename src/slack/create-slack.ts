import type { RequestListener } from "node:http";
import { type App, webApi } from "@slack/bolt";
import type { Changes } from "../change/changes.ts";
import type { Log } from "../observe/log.ts";
import { createButtons, placeOf } from "./buttons.ts";
import { createFindPlace } from "./channels.ts";
import { askingOptions, sendingOptions } from "./clients.ts";
import { createCommands } from "./commands.ts";
import { createDecideAs } from "./deciding.ts";
import { deliver } from "./deliver.ts";
import { createFindGroups } from "./groups.ts";
import { findIdentity, type Identity } from "./identity.ts";
import { createInFlight, type InFlight } from "./in-flight.ts";
import { createOutboxSender } from "./outbox.ts";
import type { OutboxPort } from "./outbox-port.ts";
import { createPace } from "./pace.ts";
import { createPeople } from "./people.ts";
import { createReceiver, type SlackMode } from "./receiver.ts";
import { createRender } from "./render.ts";
import { createFindStanding } from "./standing-message.ts";

/** How Slack is used. `apiUrl` null is Slack's own; empty lists narrow nothing. */
export type SlackConfig = {
  botToken: string;
  mode: SlackMode;
  apiUrl: string | null;
  requesters: readonly string[];
  channels: readonly string[];
  nobodyCanApprove: boolean;
};

/** The Slack side of a running Greenlight. */
export type Slack = {
  identity: Identity;
  /** POST /slack/events, for the one HTTP server; null in Socket Mode. Needs the body as it came. */
  listener: RequestListener | null;
  /** Opens the sockets and begins to send. Throws SlackSetupError when Slack refuses. */
  start(): Promise<void>;
  /** Takes nothing in any more, and waits at most 25 s for what is under way. */
  stop(): Promise<void>;
};

const STOP_MS = 25_000;
const FAULT =
  "Something went wrong inside Greenlight, and nothing was recorded. Try again in a minute; if it stays, tell whoever runs it.";

/** Asks Slack who we are and puts the Slack side together; nothing is opened or sent before `start`. Throws SlackSetupError. */
export async function createSlack(needs: {
  config: SlackConfig;
  changes: Changes;
  outbox: OutboxPort;
  log: Log;
}): Promise<Slack> {
  const { config, changes, log } = needs;
  const asking = new webApi.WebClient(config.botToken, askingOptions(config.apiUrl, log));
  const identity = await findIdentity(asking);
  if (identity.missingScopes.length > 0)
    log.error(
      { missing: identity.missingScopes },
      "The Slack app lacks scopes: update it from manifest.yml and install it again",
    );
  const receiver = createReceiver({ ...config, identity, log });
  const inFlight = createInFlight();
  const { client } = receiver.app;
  const people = createPeople({ ...config, client, home: identity });
  const findPlace = createFindPlace(client);
  const decideAs = createDecideAs({ changes, people, findGroups: createFindGroups(client) });
  addCommands(receiver.app, createCommands({ ...config, changes, people, findPlace }), inFlight, log);
  addButtons(receiver.app, createButtons(decideAs), inFlight, log);
  receiver.app.error(async (error) =>
    log.error({ err: error }, "Slack sent something that could not be handled"),
  );
  const sender = createSender(needs, identity);
  return {
    identity,
    listener: receiver.listener,
    async start() {
      await receiver.start();
      sender.start();
    },
    async stop() {
      await receiver.stop();
      const drained = await inFlight.drain(STOP_MS);
      if (!drained) log.warn("A command or click was still being answered after 25 s");
      await sender.stop();
    },
  };
}

function createSender(needs: Parameters<typeof createSlack>[0], identity: Identity) {
  const { config, changes, outbox, log } = needs;
  const client = new webApi.WebClient(config.botToken, sendingOptions(config.apiUrl, log));
  const parts = {
    client,
    log,
    render: createRender(changes),
    findStanding: createFindStanding(client, identity, log),
    pace: createPace(),
  };
  return createOutboxSender({
    port: outbox,
    log,
    deliver: (message, signal) => deliver(parts, message, signal),
  });
}

/** Every command of the app, so that one that was renamed works too. */
function addCommands(
  app: App,
  answer: (body: unknown) => Promise<string>,
  inFlight: InFlight,
  log: Log,
): void {
  app.command(/^\//u, async ({ ack, body, respond }) => {
    const work = async (): Promise<void> => {
      // First of all: Slack gives us 3 s, and a late answer makes people type it again.
      await ack();
      const text = await answerOrFault(answer, body, log);
      await respond({ response_type: "ephemeral", text });
    };
    await inFlight.track(work());
  });
}

/** Every click, also on what an older version posted: one that nobody answers hangs and then fails. */
function addButtons(
  app: App,
  answer: (body: unknown) => Promise<string>,
  inFlight: InFlight,
  log: Log,
): void {
  app.action(/^/u, async ({ ack, body, respond, client }) => {
    const work = async (): Promise<void> => {
      await ack();
      const text = await answerOrFault(answer, body, log);
      const place = placeOf(body);
      try {
        if (place === null) throw new Error("The click does not say where it was made.");
        const { channelId: channel, userId: user, threadTs } = place;
        await client.chat.postEphemeral({
          channel,
          user,
          text,
          ...(threadTs === null ? {} : { thread_ts: threadTs }),
        });
      } catch (error) {
        log.warn({ err: error }, "A click is answered by its response_url");
        await respond({ response_type: "ephemeral", replace_original: false, text });
      }
    };
    await inFlight.track(work());
  });
}

async function answerOrFault(
  answer: (body: unknown) => Promise<string>,
  body: unknown,
  log: Log,
): Promise<string> {
  try {
    return await answer(body);
  } catch (error) {
    log.error({ err: error }, "A command or click could not be carried out");
    return FAULT;
  }
}
