import type { Expr } from "#policy/terraform/values/expressions.ts";
import { type Block, blocksOf } from "./blocks.ts";
import { UnclearError } from "./tokens.ts";

/** The provider that is part of the program: terraform_data and terraform_remote_state. */
const BUILT_IN = "terraform.io/builtin/terraform";
const REGISTRY = "registry.terraform.io/";
/** Of hashicorp's own these run programs, ask addresses or write files while planning: `hashicorp/*` does not mean them. */
const APART: ReadonlySet<string> = new Set(["hashicorp/external", "hashicorp/http", "hashicorp/local"]);
const LOCK_FILE = ".terraform.lock.hcl";

/** A provider that somebody needs, and where that is said. `source` null: nobody can tell which it is. */
export type Needed = { source: string | null; local: string; file: string; line: number | null };

/** The providers that a policy's entry names: `hashicorp/aws`, `hashicorp/*`, `registry.example.com/acme/*`. */
export function isProviderListed(source: string, entries: readonly string[]): boolean {
  if (source === BUILT_IN) return true;
  return entries.some((written) => {
    const entry = plainSource(written);
    if (entry === null || !entry.endsWith("/*")) return entry === source;
    return source.startsWith(entry.slice(0, -1)) && !APART.has(source);
  });
}

/** A provider's source as it is compared: in small letters, without the host where that is the public registry. Null: none. */
export function plainSource(written: string): string | null {
  const source = written.toLowerCase();
  if (!/^([a-z0-9][a-z0-9.-]*(:\d{1,5})?\/)?([a-z0-9][\w-]*\/)?([a-z0-9][\w-]*|\*)$/.test(source))
    return null;
  const plain = source.startsWith(REGISTRY) ? source.slice(REGISTRY.length) : source;
  return plain.includes("/") ? plain : `hashicorp/${plain}`;
}

/** The sources of a module's providers, by what the module calls them. */
export function sourcesOf(blocks: readonly Block[]): Map<string, (string | null)[]> {
  const sources = new Map<string, (string | null)[]>();
  const required = blocks
    .filter(({ type }) => type === "terraform")
    .flatMap((block) => block.blocks)
    .filter(({ type }) => type === "required_providers");
  for (const { name, expr } of required.flatMap(({ attributes }) => attributes)) {
    sources.set(name, [...(sources.get(name) ?? []), sourceIn(name, expr)]);
  }
  return sources;
}

/** Every provider that a module's block needs: what it requires, configures, or what its type's name implies. */
export function neededBy(
  block: Block,
  sources: ReadonlyMap<string, readonly (string | null)[]>,
  file: string,
): Needed[] {
  const at = { file, line: block.line };
  const of = (local: string | null): Needed[] =>
    local === null
      ? [{ source: null, local: "provider", ...at }]
      : (sources.get(local) ?? [impliedSource(local)]).map((source) => ({ source, local, ...at }));
  const [label = ""] = block.labels;
  switch (block.type) {
    case "terraform":
      return block.blocks
        .filter(({ type }) => type === "required_providers")
        .flatMap(({ attributes }) =>
          attributes.map(({ name, expr, line }) => ({
            source: sourceIn(name, expr),
            local: name,
            file,
            line,
          })),
        );
    case "provider":
    case "mock_provider":
      return of(label);
    case "resource":
    case "data":
    case "ephemeral":
      return of(localOf(block));
    case "check":
      return block.blocks.flatMap((inner) => (inner.type === "data" ? neededBy(inner, sources, file) : []));
    default:
      return [];
  }
}

/** What of the needed providers, and of those in the root's lock file, no entry of the policy names. */
export function inspectProviders(
  needed: readonly Needed[],
  lock: { file: string; text: string | null },
  entries: readonly string[],
): string[] {
  const findings = new Map<string, string>();
  const listed = new Set<string>();
  for (const { source, local, file, line } of [...needed, ...lockedIn(lock)]) {
    if (source !== null && (listed.has(source) || findings.has(source))) continue;
    const where = `${file}${line === null ? "" : ` (line ${line})`}`;
    if (source === null)
      findings.set(`?${file}${local}`, `${where} has a provider ${local} whose source is no plain text`);
    else if (isProviderListed(source, entries)) listed.add(source);
    else findings.set(source, unlisted(where, source));
  }
  return [...findings.values()];
}

/** Whether any of them has to be fetched: one is part of terraform. */
export function needsFetching(needed: readonly Needed[]): boolean {
  return needed.some(({ source }) => source !== BUILT_IN);
}

/** Where a root says which providers it runs. */
export function lockFileOf(root: string): string {
  return root === "" ? LOCK_FILE : `${root}/${LOCK_FILE}`;
}

function unlisted(where: string, source: string): string {
  const line = `add ${JSON.stringify(source)} to terraform.providers in the policy`;
  return `${where} needs the provider ${source}, a program that the policy does not list (to let terraform run that program, ${line})`;
}

function impliedSource(local: string): string | null {
  return local === "terraform" ? BUILT_IN : plainSource(local);
}

/** `aws = "~> 5.0"` names only a version; `{ source = "acme/aws" }` says where it is from. */
function sourceIn(name: string, expr: Expr): string | null {
  if (expr.kind === "text") return impliedSource(name);
  if (expr.kind !== "object") return null;
  const given = expr.entries.filter(([key]) => literal(key) === "source" || literal(key) === null);
  const [only] = given;
  if (only === undefined) return impliedSource(name);
  const written = given.length === 1 ? literal(only[1]) : null;
  return written === null || written.endsWith("*") ? null : plainSource(written);
}

/** The provider a resource or data source goes by, under its module's name for it. */
function localOf(block: Block): string | null {
  const meta = block.attributes.find(({ name }) => name === "provider")?.expr;
  if (meta === undefined) return (block.labels[0] ?? "").split("_")[0] ?? "";
  const written = literal(meta);
  if (written !== null) return written.split(".")[0] ?? null;
  let start = meta;
  while (start.kind === "get") start = start.of;
  return start.kind === "name" ? start.name : null;
}

function lockedIn({ file, text }: { file: string; text: string | null }): Needed[] {
  if (text === null) return [];
  try {
    return blocksOf(text)
      .filter(({ type }) => type === "provider")
      .map(({ labels, line }) => ({
        source: plainSource(labels[0] ?? ""),
        local: labels[0] ?? "",
        file,
        line,
      }));
  } catch (error) {
    if (!(error instanceof UnclearError)) throw error;
    return [{ source: null, local: "of its own", file, line: null }];
  }
}

function literal(expr: Expr): string | null {
  const [only] = expr.kind === "text" && expr.parts.length === 1 ? expr.parts : [];
  return typeof only === "string" ? only : null;
}
