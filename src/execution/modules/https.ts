import { readFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { Agent, get } from "node:https";

/** Asking over https, as the commands of an environment would: with its certificates and its proxy. */
export type Https = {
  env: Readonly<Record<string, string>>;
  /** Nothing else is asked, wherever an answer leads. */
  hosts: readonly string[];
  signal: AbortSignal;
};
type Answer = { ok: true; url: URL; status: number; header: (name: string) => string | null; body: Buffer };
type Asked = Answer | { ok: false; reason: string };

const MAX_REDIRECTS = 5;
const PATIENCE_MS = 60_000;

/** Asks one address and follows where the answer leads, to hosts of the list only. A token goes to the first host alone. */
export async function askHttps(
  https: Https,
  address: string,
  options: { maxBytes: number; token?: string | null },
): Promise<Asked> {
  const agent = await agentOf(https.env);
  const { maxBytes, token = null } = options;
  try {
    let url = new URL(address);
    const first = url.host;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
      const reason = whyNot(url, https.hosts);
      if (reason !== null) return { ok: false, reason };
      const own = url.host === first ? token : null;
      const answer = await askOnce(url, { agent, signal: https.signal, maxBytes, token: own });
      const next = answer.ok ? redirectOf(answer) : null;
      if (next === null) return answer;
      url = next;
    }
    return { ok: false, reason: `${first} leads from address to address without end` };
  } finally {
    agent.destroy();
  }
}

function redirectOf({ url, status, header }: Answer): URL | null {
  const next = status >= 300 && status < 400 ? header("location") : null;
  return next === null || !URL.canParse(next, url.href) ? null : new URL(next, url);
}

function whyNot(url: URL, hosts: readonly string[]): string | null {
  if (url.protocol !== "https:")
    return `${url.host} is asked over https only, and is named with ${url.protocol}`;
  if (url.username !== "" || url.password !== "")
    return `the address at ${url.host} holds a user or a password`;
  if (hosts.includes(url.host)) return null;
  return `it is had from ${url.host}, and the policy's terraform.module_hosts does not list that`;
}

function askOnce(
  url: URL,
  how: { agent: Agent; signal: AbortSignal; maxBytes: number; token: string | null },
): Promise<Asked> {
  const headers = {
    accept: "*/*",
    "user-agent": "greenlight",
    ...(how.token === null ? {} : { authorization: `Bearer ${how.token}` }),
  };
  const signal = AbortSignal.any([how.signal, AbortSignal.timeout(PATIENCE_MS)]);
  const { promise, resolve } = Promise.withResolvers<Asked>();
  const fail = (error: Error): void =>
    resolve({ ok: false, reason: `${url.host} cannot be asked: ${error.message}` });
  const request = get(url, { agent: how.agent, headers, signal }, (response) => {
    collect(response, how.maxBytes).then((body) => {
      if (body === null) return resolve({ ok: false, reason: `what ${url.host} answers is too large` });
      const header = (name: string): string | null => {
        const value = response.headers[name];
        return typeof value === "string" ? value : null;
      };
      resolve({ ok: true, url, status: response.statusCode ?? 0, header, body });
    }, fail);
  });
  request.on("error", fail);
  return promise;
}

async function collect(response: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += chunk.length;
    if (size > maxBytes) {
      response.destroy();
      return null;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** SSL_CERT_FILE is what terraform takes instead of the system's certificates. */
async function agentOf(env: Https["env"]): Promise<Agent> {
  const file = env["SSL_CERT_FILE"];
  const ca = file === undefined || file === "" ? undefined : await readFile(file, "utf8");
  return new Agent({ ...(ca === undefined ? {} : { ca }), proxyEnv: proxiesOf(env) });
}

function proxiesOf(env: Https["env"]): Record<string, string> {
  const names = Object.keys(env).filter((name) => /^(https?_proxy|no_proxy)$/i.test(name));
  return Object.fromEntries(names.map((name) => [name, env[name] ?? ""]));
}
