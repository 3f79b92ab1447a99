import { createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from "@slack/bolt";
import { WebClient } from "@slack/web-api";
import { type SlackOptions, type SlackStandIn, startSlack } from "#playground/slack/slack.ts";

const SILENT = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

/** The stand-in with a client of the real SDK that tries nothing twice. */
export async function startWithClient(options: SlackOptions = {}) {
  const slack = await startSlack(options);
  const client = new WebClient(slack.tokens.bot, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: SILENT,
  });
  return { slack, client };
}

/** A real Bolt app over Socket Mode; `stop` ends it. */
export async function startSocketApp(slack: SlackStandIn, prepare: (app: App) => void) {
  const receiver = new SocketModeReceiver({
    appToken: slack.tokens.app,
    logger: SILENT,
    clientPingTimeout: 1_000,
    installerOptions: { clientOptions: { slackApiUrl: slack.apiUrl } },
  });
  const app = createApp(slack, receiver);
  prepare(app);
  await app.start();
  return {
    async stop() {
      await app.stop();
      await until(() => slack.connections() === 0);
    },
  };
}

/** A real Bolt app in HTTP mode on a free port, which the stand-in then delivers to. */
export async function startHttpApp(slack: SlackStandIn, prepare: (app: App) => void, signingSecret?: string) {
  const receiver = new HTTPReceiver({
    signingSecret: signingSecret ?? slack.tokens.signingSecret,
    logger: SILENT,
    unhandledRequestTimeoutMillis: 200,
  });
  const app = createApp(slack, receiver);
  prepare(app);
  const server = createServer((request, response) => receiver.requestListener(request, response));
  const port = await listen(server);
  slack.setDelivery({ mode: "http", url: `http://127.0.0.1:${port}/slack/events` });
  return { stop: () => closeServer(server) };
}

/** A plain peer in HTTP mode that acks every command at once. */
export async function takeCommands(slack: SlackStandIn, take: (body: URLSearchParams) => void) {
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += part;
    take(new URLSearchParams(text));
    response.end();
  });
  const port = await listen(server);
  slack.setDelivery({ mode: "http", url: `http://127.0.0.1:${port}/` });
  return { stop: () => closeServer(server) };
}

/** Waits until it is so; throws after twenty seconds. */
export async function until(isSo: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`Waited twenty seconds in vain for: ${isSo}`);
    await wait(5);
  }
}

/** Waits until there is one, and answers it. */
export async function eventually<T>(find: () => T | undefined | null): Promise<T> {
  let found: T | undefined | null;
  await until(() => {
    found = find();
    return found !== undefined && found !== null;
  });
  return found as T;
}

/** What a refused call of the SDK was refused with: Slack's whole answer. */
export async function refusalOf(call: Promise<unknown>): Promise<Refused> {
  try {
    await call;
  } catch (error) {
    const { data } = error as { data?: Refused };
    if (data !== undefined) return data;
    throw error;
  }
  throw new Error("The call was not refused.");
}

/** Slack's answer to a call it refused. */
export type Refused = {
  error: string;
  errors?: string[];
  needed?: string;
  provided?: string;
  response_metadata?: { messages?: string[] };
};

/** The page of a stand-in on a server of its own, as the program mounts it. */
export async function servePage(slack: SlackStandIn) {
  const server = createServer(slack.page.listener);
  const port = await listen(server);
  return {
    port,
    /** One call with exactly these headers; the Host is right unless given. */
    call: (method: string, path: string, headers: Record<string, string> = {}, body = "") =>
      callPage(port, { method, path, headers, body }),
    stop: () => closeServer(server),
  };
}

/** A plain_text object. */
export const plain = (text: string) => ({ type: "plain_text" as const, text });

/** An actions block with one button. */
export function actionsBlock(actionId: string, value: string) {
  const button = { type: "button" as const, action_id: actionId, text: plain("Press"), value };
  return { type: "actions" as const, block_id: `with_${actionId}`, elements: [button] };
}

type PageCall = { method: string; path: string; headers: Record<string, string>; body: string };

function callPage(port: number, { method, path, headers, body }: PageCall) {
  return new Promise<{ status: number; text: string; headers: Record<string, unknown> }>(
    (resolve, reject) => {
      const outgoing = httpRequest(
        { host: "127.0.0.1", port, method, path: `/playground/${path}`, headers },
        (incoming) => {
          let text = "";
          incoming.setEncoding("utf8");
          incoming.on("data", (part: string) => {
            text += part;
          });
          incoming.on("end", () =>
            resolve({ status: incoming.statusCode ?? 0, text, headers: incoming.headers }),
          );
        },
      );
      outgoing.on("error", reject);
      outgoing.end(body);
    },
  );
}

function createApp(slack: SlackStandIn, receiver: SocketModeReceiver | HTTPReceiver): App {
  return new App({
    token: slack.tokens.bot,
    receiver,
    convoStore: false,
    logger: SILENT,
    clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } },
  });
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
