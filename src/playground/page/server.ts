import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { findPerson } from "#playground/slack/acting.ts";
import { readBody } from "#playground/slack/body.ts";
import type { Stand } from "#playground/slack/stand.ts";
import { type PageActs, performAct } from "./acts.ts";
import { pageEvent, pageState } from "./events.ts";
import { knowsToken, saysJson, strangerIn } from "./guard.ts";

const PREFIX = "/playground/";
const MAX_BODY_BYTES = 256 * 1_024;
/** Keeps proxies and sleeping laptops from taking a quiet stream for a dead one. */
const HEARTBEAT_MS = 15_000;
const KINDS: Record<string, string> = { html: "text/html", css: "text/css", js: "text/javascript" };
const ASSET = /^(browser\/[a-z0-9-]+\.js|styles\/[a-z0-9-]+\.css)$/;
const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'self'; img-src 'self' data: https:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};
const NOTHING = "There is nothing here.";
const NO_TOKEN = "The token is not right. Use the address that the program printed when it started.";

type Page = { stand: Stand; acts: PageActs; token: string; streams: Set<ServerResponse> };

/** The page and its calls under `/playground/`, and a way to end its streams. Only loopback with the token gets in. */
export function createPageServer(stand: Stand, acts: PageActs, token: string) {
  const page: Page = { stand, acts, token, streams: new Set() };
  const heartbeat = setInterval(() => {
    for (const stream of page.streams) stream.write(": still here\n\n");
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    listener(request: IncomingMessage, response: ServerResponse): void {
      answer(page, request, response).catch(() => response.destroy());
    },
    close(): void {
      clearInterval(heartbeat);
      for (const stream of page.streams) stream.destroy();
    },
  };
}

async function answer(page: Page, request: IncomingMessage, response: ServerResponse): Promise<void> {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  const url = new URL(request.url ?? "/", "http://page");
  const stranger = strangerIn(request);
  if (stranger !== null) return refuseWith(response, 403, stranger);
  if (`${url.pathname}/` === PREFIX) return redirect(response, PREFIX + url.search);
  const path = url.pathname.slice(PREFIX.length);
  if (!url.pathname.startsWith(PREFIX)) return refuseWith(response, 404, NOTHING);
  if (ASSET.test(path)) return await sendFile(request, response, path);
  if (!knowsToken(request, url, path, page.token)) return refuseWith(response, 403, NO_TOKEN);
  if (path === "") return await sendFile(request, response, "page.html");
  if (request.method === "GET") return read(page, request, response, path, url.searchParams.get("as"));
  return await act(page, request, response, path);
}

async function read(
  { stand, acts, streams }: Page,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  as: string | null,
): Promise<void> {
  const person = findPerson(stand, as === null || as === "" ? firstPerson(stand) : as);
  if (typeof person === "string") return refuseWith(response, 400, person);
  if (path === "state") return sendJson(response, 200, pageState(stand, person.id));
  if (path !== "stream") return refuseWith(response, 404, NOTHING);
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
  response.write(": open\n\n");
  streams.add(response);
  const unfollow = stand.workspace.follow((happening) => {
    const event = pageEvent(stand, person.id, happening);
    if (event !== null) response.write(`data: ${JSON.stringify(event)}\n\n`);
  });
  request.on("close", () => {
    unfollow();
    streams.delete(response);
  });
  acts.openHome(person.id);
}

async function act(
  { acts }: Page,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  if (request.method !== "POST") return refuseWith(response, 405, "Only GET and POST are understood here.");
  if (!saysJson(request))
    return refuseWith(response, 415, "A post must be JSON (content-type: application/json).");
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body === null) return refuseWith(response, 413, "The post is too long.");
  const acted = performAct(acts, path, body.toString("utf8"));
  if (acted === null) return refuseWith(response, 404, NOTHING);
  if (typeof acted === "string") return refuseWith(response, 400, acted);
  if (!acted.ok) return refuseWith(response, 409, acted.error ?? "That did not work.");
  return sendJson(response, 200, { ok: true });
}

function firstPerson(stand: Stand): string {
  return [...stand.workspace.people.values()].find((one) => !one.isBot && !one.deleted)?.id ?? "";
}

async function sendFile(request: IncomingMessage, response: ServerResponse, name: string): Promise<void> {
  if (request.method !== "GET") return refuseWith(response, 405, "Only GET is understood here.");
  const content = await readFile(new URL(name, import.meta.url)).catch(() => null);
  if (content === null) return refuseWith(response, 404, NOTHING);
  const kind = KINDS[name.split(".").at(-1) ?? ""] ?? "text/plain";
  response.writeHead(200, { "content-type": `${kind}; charset=utf-8` }).end(content);
}

async function redirect(response: ServerResponse, to: string): Promise<void> {
  response.writeHead(302, { location: to }).end();
}

async function refuseWith(response: ServerResponse, status: number, error: string): Promise<void> {
  await sendJson(response, status, { ok: false, error });
}

async function sendJson(response: ServerResponse, status: number, body: unknown): Promise<void> {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
}
