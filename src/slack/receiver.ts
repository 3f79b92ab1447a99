import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { App, HTTPReceiver, SocketModeReceiver } from "@slack/bolt";
import type { Log } from "#observe/log.ts";
import type { Access } from "#slack/client/access.ts";
import { askingOptions, slackLogger, socketOptions } from "#slack/client/clients.ts";
import { type Identity, setupError } from "#slack/client/identity.ts";
import { createSockets } from "#slack/client/sockets.ts";

/** How Slack reaches us. */
export type SlackMode = { kind: "socket"; appToken: string } | { kind: "http"; signingSecret: string };

/** Bolt with its way in. `listener` serves POST /slack/events in HTTP mode and is mounted elsewhere; null in Socket Mode. */
export type Receiver = {
  app: App;
  listener: RequestListener | null;
  start(): Promise<void>;
  /** Takes nothing in any more. What is under way goes on. */
  stop(): Promise<void>;
};

/** One connection alone is deaf whenever Slack refreshes it; with two, the other one hears. */
const SOCKETS = 2;
/** Bolt's default; below 5 s a slow pong would close a healthy socket. */
const PING_TIMEOUT_MS = 5_000;
/** Bolt refuses what is older; what claims to come from the future it would take. */
const MAX_CLOCK_AHEAD_SECONDS = 300;

/** Which workspace, and how it is reached. */
type ReceiverOptions = {
  mode: SlackMode;
  botToken: string;
  apiUrl: string | null;
  identity: Identity;
  access: Access;
  log: Log;
};

/** Builds Bolt for one workspace. Nothing is opened before `start`. */
export function createReceiver(options: ReceiverOptions): Receiver {
  return options.mode.kind === "socket"
    ? socketReceiver(options, options.mode.appToken)
    : httpReceiver(options, options.mode.signingSecret);
}

function socketReceiver(options: ReceiverOptions, appToken: string): Receiver {
  const { log, access } = options;
  const stopping = new AbortController();
  const open = () =>
    new SocketModeReceiver({
      appToken,
      logger: slackLogger(log),
      clientPingTimeout: PING_TIMEOUT_MS,
      autoReconnectEnabled: false,
      // Bolt's own acknowledges after some errors, and an acknowledgement that cannot be sent is nobody's rejection.
      processEventErrorHandler: async ({ error }) => {
        log.error({ err: error }, "Slack sent something that could not be handled");
        return false;
      },
      // An object of its own each: the SDK writes into it.
      installerOptions: { clientOptions: socketOptions(options.apiUrl, log, stopping.signal) },
    });
  const first = open();
  const others = Array.from({ length: SOCKETS - 1 }, open);
  const app = createApp(options, first);
  for (const receiver of others) receiver.init(app);
  const sockets = createSockets({
    clients: [first, ...others].map(({ client }) => client),
    ...{ access, log, stopping },
  });
  return {
    app,
    listener: null,
    async start() {
      try {
        await sockets.start();
      } catch (error) {
        sockets.stop();
        throw setupError("SLACK_APP_TOKEN", "apps.connections.open", error);
      }
    },
    stop: async () => sockets.stop(),
  };
}

function httpReceiver(options: ReceiverOptions, signingSecret: string): Receiver {
  const receiver = new HTTPReceiver({ signingSecret, logger: slackLogger(options.log) });
  const app = createApp(options, receiver);
  return {
    app,
    listener: (request, response) => listen(receiver, request, response),
    start: async () => undefined,
    stop: async () => undefined,
  };
}

function createApp(options: ReceiverOptions, receiver: SocketModeReceiver | HTTPReceiver): App {
  const { botToken, identity, apiUrl, log } = options;
  return new App({
    receiver,
    token: botToken,
    // With these Bolt neither asks Slack who we are for every event, nor fails unheard over a bad token.
    botId: identity.botId,
    botUserId: identity.botUserId,
    tokenVerificationEnabled: false,
    convoStore: false,
    ignoreSelf: true,
    clientOptions: askingOptions(apiUrl, log),
    logger: slackLogger(log),
  });
}

function listen(receiver: HTTPReceiver, request: IncomingMessage, response: ServerResponse): void {
  const seconds = Number(request.headers["x-slack-request-timestamp"]);
  if (seconds > Date.now() / 1_000 + MAX_CLOCK_AHEAD_SECONDS) {
    response.writeHead(401).end();
    return;
  }
  try {
    receiver.requestListener(request, response);
  } catch {
    // Bolt throws at once for a path or a method that is not its own.
    response.writeHead(404).end();
  }
}
