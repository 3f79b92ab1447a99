import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

const LOOPBACK = ["127.0.0.1", "::1", "::ffff:127.0.0.1"];

/** Why this request cannot come from the page on this machine, as a sentence; null when it can. */
export function strangerIn(request: IncomingMessage): string | null {
  const { localAddress, localPort, remoteAddress } = request.socket;
  if (![localAddress, remoteAddress].every((one) => LOOPBACK.includes(one ?? "")))
    return "The playground is served on this machine only.";
  const hosts = ["127.0.0.1", "localhost", "[::1]"].map((name) => `${name}:${localPort}`);
  const host = request.headers.host ?? "";
  if (!hosts.includes(host)) return "The playground answers only under its own address.";
  const { origin } = request.headers;
  if (origin !== undefined && origin !== `http://${host}`) return "A page of another origin may not do this.";
  return null;
}

/** Whether the request knows the token: in the header, or in the address where a browser can send no header. */
export function knowsToken(request: IncomingMessage, url: URL, path: string, token: string): boolean {
  const inAddress = path === "" || path === "stream" ? url.searchParams.get("token") : null;
  const given = request.headers["x-playground-token"] ?? inAddress;
  return typeof given === "string" && timingSafeEqual(hashOf(given), hashOf(token));
}

/** Whether the body says it is JSON, which a form of another page cannot say. */
export function saysJson(request: IncomingMessage): boolean {
  return /^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? "");
}

function hashOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
