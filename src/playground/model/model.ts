import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { type Ending, errorObject, fitToSchema, messageObject, newId } from "./answer.ts";
import { createPromptCache, type PromptCache } from "./cache.ts";
import { thinkOn } from "./looking/look.ts";
import { think } from "./looking/think.ts";
import { namespacesIn, seenBefore, seenIn } from "./looking/transcript.ts";
import { type Agent, agentOf, readBlock } from "./prompt.ts";
import { review } from "./review.ts";
import { planFor } from "./rules.ts";
import { createScript, errorOfStatus, type Script, type ScriptedReply } from "./script.ts";
import { streamMessage } from "./stream.ts";
import { readTalk, refusedPlan } from "./talk.ts";
import { createThinking, type Thinking } from "./thinking.ts";
import { checkHeaders, type MessagesRequest, readMessagesRequest } from "./wire.ts";
import type { Json, Refusal } from "./wire-parts.ts";

/** One request as it came in: headers as sent, the body parsed where it is JSON and raw text where it is not. */
type RecordedRequest = { headers: IncomingMessage["headers"]; body: unknown };

/** What an answer is made of: who asks, the data block that was read, and the whole prompt. */
export type Asked = { agent: Agent; block: Json | null; system: string; user: string };
/** Answers in the place of the rules. */
type Mind = (asked: Asked) => unknown;

/** A running stand-in for the Messages API on loopback. */
export type ModelStandIn = {
  baseUrl: string;
  apiKey: string;
  /** The requests so far, oldest first; the oldest are forgotten beyond 200. */
  requests: RecordedRequest[];
  /** Queues answers for the next calls; the rules answer every call no script is waiting for. */
  script(reply: ScriptedReply | ScriptedReply[]): void;
  /** Every call ends like this, before any script, until it is null again: an outage. */
  failWith(reply: ScriptedReply | null): void;
  /** Puts another mind in the place of the rules: its answer goes out as it is, whatever the schema says. */
  obey(mind: Mind): void;
  close(): Promise<void>;
};

/** The API's own limit for a Messages request. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;
const MAX_RECORDED = 200;

type Context = {
  apiKey: string;
  requests: RecordedRequest[];
  script: Script;
  cache: PromptCache;
  thinking: Thinking;
  mind: Mind | null;
  outage: ScriptedReply | null;
  /** It uses the tools it is given. */
  looks: boolean;
  closing: AbortSignal;
};

/** Starts the stand-in on a free port of 127.0.0.1; throws when it cannot listen. `looks` false: it plans by the words alone. */
export async function startModel(options: { apiKey?: string; looks?: boolean } = {}): Promise<ModelStandIn> {
  const closing = new AbortController();
  const context: Context = {
    apiKey: options.apiKey ?? "sk-ant-playground",
    requests: [],
    script: createScript(),
    cache: createPromptCache(),
    thinking: createThinking(),
    mind: null,
    outage: null,
    looks: options.looks ?? true,
    closing: closing.signal,
  };
  const server = createServer((request, response) => {
    answer(context, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    apiKey: context.apiKey,
    requests: context.requests,
    obey: (mind) => {
      context.mind = mind;
    },
    script: (reply) => context.script.add(Array.isArray(reply) ? reply : [reply]),
    failWith: (reply) => {
      context.outage = reply;
    },
    close: () => {
      closing.abort();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function answer(context: Context, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = newId("req");
  response.setHeader("request-id", requestId);
  response.setHeader("content-type", "application/json");
  const text = await readBody(incoming);
  if (text === null) return refuse(response, requestId, { status: 413, ...errorOfStatus(413) });
  record(context, incoming, text);
  const path = new URL(incoming.url ?? "/", "http://localhost").pathname;
  const fault = checkHeaders(incoming.method ?? "GET", path, incoming.headers, context.apiKey);
  const request = fault ?? readMessagesRequest(text);
  if ("status" in request) return refuse(response, requestId, request);
  const forged = context.thinking.faultIn(request.messages);
  if (forged !== null) return refuse(response, requestId, forged);
  const scripted = context.outage ?? context.script.take(agentOf(request.schema));
  if (scripted?.delayMs !== undefined) await wait(scripted.delayMs, null, { signal: context.closing });
  if (scripted?.hang === true) return;
  await say(context, request, scripted ?? {}, response, requestId);
}

/** The answer as the script wants it, or by the rules where it says nothing. */
async function say(
  context: Context,
  request: MessagesRequest,
  scripted: ScriptedReply,
  response: ServerResponse,
  requestId: string,
): Promise<void> {
  for (const [name, value] of Object.entries(scripted.headers ?? {})) response.setHeader(name, value);
  if (scripted.dropConnection === true && !request.stream) return drop(response);
  if (scripted.status !== undefined)
    return refuse(response, requestId, scriptedError(scripted, scripted.status));
  const ending = scriptedEnding(scripted) ?? ruledEnding(context, request);
  if ("status" in ending) return refuse(response, requestId, ending);
  const message = messageObject(request, ending, context);
  const { closing } = context;
  if (request.stream) return streamMessage(response, message, scripted, { requestId, closing });
  response.end(JSON.stringify(message));
}

async function readBody(incoming: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += (chunk as Buffer).length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk as Buffer);
  }
  return size > MAX_BODY_BYTES ? null : Buffer.concat(chunks).toString("utf8");
}

function record(context: Context, incoming: IncomingMessage, text: string): void {
  let body: unknown = text;
  try {
    body = JSON.parse(text);
  } catch {
    // Kept as text: a test wants to see what was sent, whatever it was.
  }
  context.requests.push({ headers: incoming.headers, body });
  if (context.requests.length > MAX_RECORDED) context.requests.shift();
}

function refuse(response: ServerResponse, requestId: string, refusal: Refusal): void {
  if (refusal.retryAfter !== undefined) response.setHeader("retry-after", String(refusal.retryAfter));
  response.statusCode = refusal.status;
  response.end(JSON.stringify(errorObject(refusal.type, refusal.message, requestId)));
}

/** Headers and half a body, then a reset: what a broken proxy leaves behind. */
function drop(response: ServerResponse): void {
  response.setHeader("content-length", "4096");
  response.write('{"id":"msg_', () => response.destroy());
}

function scriptedError({ message, retryAfter }: ScriptedReply, status: number): Refusal {
  const error = errorOfStatus(status);
  return { status, type: error.type, message: message ?? error.message, retryAfter };
}

function scriptedEnding(reply: ScriptedReply): Ending | null {
  const { refusal, thinking, tools } = reply;
  if (refusal === true) return { stopReason: "refusal", text: reply.text ?? "" };
  if (typeof refusal === "object") return { stopReason: "refusal", text: "", details: refusal };
  const text = reply.json === undefined ? reply.text : JSON.stringify(reply.json);
  if (text === undefined && reply.stop_reason === undefined && tools === undefined) return null;
  const stopReason = reply.stop_reason ?? (tools === undefined ? "end_turn" : "tool_use");
  return {
    ...{ stopReason, text: text ?? "" },
    ...(thinking === undefined ? {} : { thinking }),
    ...(tools === undefined ? {} : { tools }),
  };
}

function ruledEnding({ mind, looks }: Context, request: MessagesRequest): Ending | Refusal {
  const agent = agentOf(request.schema);
  if (agent === null)
    return {
      status: 400,
      type: "invalid_request_error",
      message:
        "output_config.format.schema: the playground's model answers only with the planner's schema (property `plan`) or the reviewer's (property `result`)",
    };
  const block = readBlock(request, agent === "planner" ? "request" : "outcome");
  if (mind !== null) {
    const user = request.messages.map(({ text }) => text).join("\n");
    return {
      stopReason: "end_turn",
      text: JSON.stringify(mind({ agent, block, system: request.system, user })),
    };
  }
  if (looks && agent === "planner" && request.tools.length > 0 && refusedPlan(block) === null)
    return looked(request, block);
  const value = agent === "planner" ? (refusedPlan(block) ?? planFor(readTalk(block))) : review(block);
  return { stopReason: "end_turn", text: JSON.stringify(fitToSchema(value, request.schema)) };
}

/** With tools it looks before it answers: the next thing it wants to see, or what all it saw comes to. */
function looked(request: MessagesRequest, block: Json | null): Ending {
  const prompt = [request.system, ...request.messages.map(({ text }) => text)].join("\n");
  const step = thinkOn(think(readTalk(block), namespacesIn(prompt)), [
    ...seenBefore(block),
    ...seenIn(request),
  ]);
  if ("look" in step) return { stopReason: "tool_use", text: "", tools: [step.look] };
  const value = { ...step.thought, rests_on: step.restsOn };
  return { stopReason: "end_turn", text: JSON.stringify(fitToSchema(value, request.schema)) };
}
