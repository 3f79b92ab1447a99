import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const FOLDER = new URL("../../../src/playground/page/", import.meta.url);
const TOKEN = "let-me-in";
const kinds: Record<string, string> = { html: "text/html", css: "text/css", js: "text/javascript" };

/** What the page sent, in order. */
export type Post = { path: string; body: Record<string, unknown> };
export type Message = Record<string, unknown> & { ts: string };
type State = Record<string, unknown> & { messages: Message[] };

/** A peer that speaks the page's side of the playground's contract and nothing else, so that a test decides every word the page hears. */
export type Stand = Awaited<ReturnType<typeof startStand>>;

/** Serves the page's own files with the headers of the real server; `close` ends it and every stream. */
export async function startStand(messages: Message[]) {
  const posts: Post[] = [];
  const streams = new Set<ServerResponse>();
  const state = stateWith(messages);
  const refusals = new Map<string, string>();
  let up = true;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://stand");
    const path = url.pathname.replace("/playground/", "");
    if (!up) request.socket.destroy();
    else if (request.method === "POST") void takePost(path, request, response);
    else if (path === "stream") openStream(response);
    else if (path === "state") sendState(request, url, response);
    else sendFile(path, response);
  });

  async function takePost(path: string, request: IncomingMessage, response: ServerResponse) {
    let text = "";
    for await (const chunk of request) text += chunk;
    posts.push({ path, body: JSON.parse(text) as Record<string, unknown> });
    const error = refusals.get(path);
    response.writeHead(error === undefined ? 200 : 400, { "content-type": "application/json" });
    response.end(JSON.stringify(error === undefined ? { ok: true } : { ok: false, error }));
  }

  function openStream(response: ServerResponse) {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(":open\n\n");
    streams.add(response);
    response.on("close", () => streams.delete(response));
  }

  function sendState(request: IncomingMessage, url: URL, response: ServerResponse) {
    const known = request.headers["x-playground-token"] === TOKEN;
    response.writeHead(known ? 200 : 403, { "content-type": "application/json" });
    response.end(
      known ? JSON.stringify({ ...state, me: url.searchParams.get("as") ?? "UANA" }) : "No token.",
    );
  }

  function cutStreams() {
    for (const stream of streams) stream.destroy();
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/playground/?token=${TOKEN}`,
    posts,
    state,
    refuse: (path: string, sentence: string) => refusals.set(path, sentence),
    emit(event: Record<string, unknown>) {
      for (const stream of streams) stream.write(`data: ${JSON.stringify(event)}\n\n`);
    },
    setUp(value: boolean) {
      up = value;
      if (!value) cutStreams();
    },
    async close() {
      cutStreams();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function sendFile(path: string, response: ServerResponse) {
  const name = path === "" ? "page.html" : path;
  if (!/^(page\.html|browser\/[a-z-]+\.js|styles\/[a-z-]+\.css)$/.test(name))
    return response.writeHead(404).end();
  const type = kinds[name.split(".").at(-1) ?? ""] ?? "text/plain";
  response.writeHead(200, {
    "content-type": `${type}; charset=utf-8`,
    "content-security-policy": "default-src 'self'",
  });
  return response.end(readFileSync(new URL(name, FOLDER)));
}

function stateWith(messages: Message[]): State {
  const person = (id: string, name: string, title: string) => ({
    id,
    name: name.toLowerCase(),
    realName: name,
    title,
    isBot: id === "UBOT",
    color: "#556677",
  });
  return {
    team: { id: "T1", name: "Harbour" },
    users: [
      person("UANA", "Ana", "asks"),
      person("UBEN", "Ben", "approver"),
      person("UBOT", "Greenlight", ""),
    ],
    channels: [
      { id: "C1", name: "changes", isPrivate: false, botIsMember: true },
      { id: "C2", name: "other", isPrivate: true, botIsMember: true },
    ],
    commands: [
      { command: "/infra", description: "Ask for a change", usageHint: "[what]" },
      { command: "/inform", description: "Something else", usageHint: "" },
    ],
    messages,
    modal: null,
    home: null,
  };
}
