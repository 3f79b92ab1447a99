import { z } from "zod";
import { type Package, readAnswer } from "#policy/terraform/module-source.ts";
import { askHttps, type Https } from "./https.ts";

type Registry = Extract<Package, { kind: "registry" }>;
type Found = { ok: true; package: Package; sub: string } | { ok: false; reason: string };

const MAX_BYTES = 1_024 * 1_024;
const Services = z.looseObject({ "modules.v1": z.string().optional() });
const Location = z.looseObject({ location: z.string() });

/** Asks a registry where a version of a module is had from, as terraform's protocol for that has it. */
export async function findInRegistry(
  https: Https,
  { host, path, version }: Registry,
  token: string | null,
): Promise<Found> {
  const ask = (address: string) => askHttps(https, address, { maxBytes: MAX_BYTES, token });
  const services = await ask(`https://${host}/.well-known/terraform.json`);
  if (!services.ok) return services;
  const base = services.status === 200 ? serviceIn(services.body) : null;
  if (base === null || !URL.canParse(base, services.url.href)) return no(`${host} is no registry of modules`);
  const url = new URL(`${path}/${version}/download`, new URL(base.replace(/\/*$/, "/"), services.url));
  const answer = await ask(url.href);
  if (!answer.ok) return answer;
  if (answer.status === 404) return no(`${host} has no such module or version`);
  if (answer.status === 401 || answer.status === 403) return no(whyNotLetIn(host, answer.status));
  const address = answer.header("x-terraform-get") ?? locationIn(answer.body);
  if (answer.status >= 300 || address === null)
    return no(`${host} answers with status ${answer.status} and does not say where the module is`);
  const isRelative = /^(\/|\.\.?\/)/.test(address);
  return readAnswer(isRelative ? new URL(address, answer.url).href : address);
}

/** A token may stand in the environment as terraform wants it: dots as _, dashes as __. */
export function tokenFor(host: string, env: Https["env"]): string | null {
  const name = `TF_TOKEN_${host.replaceAll("-", "__").replaceAll(".", "_")}`;
  return env[name] ?? null;
}

function whyNotLetIn(host: string, status: number): string {
  const name = `TF_TOKEN_${host.replaceAll("-", "__").replaceAll(".", "_")}`;
  return `${host} answers with status ${status}. Where it wants a token, list ${name} among the environment's variables in the policy`;
}

function serviceIn(body: Buffer): string | null {
  const read = Services.safeParse(jsonOf(body));
  return read.success ? (read.data["modules.v1"] ?? null) : null;
}

function locationIn(body: Buffer): string | null {
  const read = Location.safeParse(jsonOf(body));
  return read.success ? read.data.location : null;
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return null;
  }
}

function no(reason: string): { ok: false; reason: string } {
  return { ok: false, reason };
}
