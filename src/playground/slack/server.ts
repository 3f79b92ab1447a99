import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Args, isRefusal, refuse } from "./answer.ts";
import { readBody, readForm } from "./body.ts";
import { isObject } from "./check.ts";
import type { Fault } from "./faults.ts";
import type { Stand } from "./stand.ts";
import { answerCall, type Call, readArgs, send } from "./web-api.ts";

const MAX_BODY_BYTES = 32 * 1_024 * 1_024;

/** The HTTP server of the company on 127.0.0.1: the Web API, response_urls, uploads, and the way to Socket Mode. */
export async function startSlackServer(
  stand: Stand,
  calls: Call[],
  port: number,
): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    if (stand.faults.isAway()) request.socket.destroy();
    else answer(stand, calls, request, response).catch(() => response.destroy());
  });
  server.on("upgrade", (request, duplex, head) => {
    if (stand.faults.isAway()) duplex.destroy();
    else stand.socket.upgrade(request, duplex, head);
  });
  await listen(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
}

async function answer(
  stand: Stand,
  calls: Call[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://slack");
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body === null) return send(response, 413, { ok: false, error: "request_too_large" });
  if (url.pathname.startsWith("/upload/v1/")) return await takeUpload(stand, request, response, url, body);
  const args = await readArgs(request, url, body).catch(() => null);
  if (args === null) return send(response, 200, { ok: false, error: "invalid_json" });
  if (url.pathname.startsWith("/api/")) {
    const method = url.pathname.slice("/api/".length);
    const { authorization } = request.headers;
    return answerCall(stand, calls, { method, args, authorization, response });
  }
  return takeResponse(stand, url.pathname, args, response);
}

function takeResponse(stand: Stand, path: string, args: Args, response: ServerResponse): void {
  const fault = stand.faults.take("response_url");
  if (fault !== null && fault.kind !== "drop") {
    failResponse(fault, response);
    return;
  }
  const given = typeof args["payload"] === "string" ? parse(args["payload"]) : args;
  const used = (given === null ? null : stand.responseUrls.use(path, given)) ?? refuse("no_such_url");
  stand.refused.note("response_url", used);
  if (fault !== null) {
    response.destroy();
    return;
  }
  const gone = ["no_such_url", "expired_url", "used_url"].includes(String(used.error));
  if (isRefusal(used)) send(response, gone ? 404 : 400, used);
  else response.writeHead(200, { "content-type": "text/plain; charset=utf-8" }).end("ok");
}

/** It needs no token and is no method, but Slack limits it and fails there as well. */
function failResponse(fault: Exclude<Fault, { kind: "drop" }>, response: ServerResponse): void {
  if (fault.kind === "ratelimit") response.setHeader("retry-after", String(fault.retryAfterSeconds));
  const status = { ratelimit: 429, error: 404, status: fault.kind === "status" ? fault.status : 500 }[
    fault.kind
  ];
  send(response, status, refuse(fault.kind === "error" ? fault.code : "internal_error"));
}

async function takeUpload(
  stand: Stand,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  body: Buffer,
): Promise<void> {
  const file = stand.files.find(url.pathname.slice("/upload/v1/".length));
  if (file === null) return send(response, 404, { ok: false, error: "file_not_found" });
  file.content = await contentOf(request, body);
  response.writeHead(200, { "content-type": "text/plain" }).end(`OK - ${file.content.length}`);
}

async function contentOf(request: IncomingMessage, body: Buffer): Promise<Buffer> {
  const type = request.headers["content-type"] ?? "";
  if (!type.startsWith("multipart/form-data")) return body;
  const form = await readForm(type, body);
  const part = [...form.values()][0];
  return part instanceof Blob ? Buffer.from(await part.arrayBuffer()) : Buffer.from(String(part ?? ""));
}

function parse(text: string): Args | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
