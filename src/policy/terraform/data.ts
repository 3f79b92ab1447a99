import { evaluate } from "#policy/terraform/values/evaluate.ts";
import { placeOfText } from "#policy/terraform/values/functions.ts";
import { identityOf, type Scope } from "#policy/terraform/values/scope.ts";
import { BELOW, unknown, type Value } from "#policy/terraform/values/values.ts";
import { type ArgumentKind, isKnownBackend, kindOfArgument } from "./argument-kinds.ts";
import { inspectValue } from "./arguments.ts";
import type { Block } from "./blocks.ts";
import { inspectTemplate, type Notes, notPlain } from "./file-calls.ts";
import { innerScope } from "./walk.ts";

/** Data sources that run a command or ask an address the configuration names. Those of a cloud ask that cloud's API. */
const RUNNING: Readonly<Record<string, string>> = {
  aws_ecs_task_execution: "runs a task",
  aws_lambda_invocation: "runs a function",
  external: "runs a program",
  helm_template: "fetches and renders a chart",
  http: "asks any address",
  local_command: "runs a program",
  curl: "asks any address",
  httpclient_request: "asks any address",
  terracurl_request: "asks any address",
};

/** What names of data sources say that nobody here knows: a second wall behind the list of providers. */
const RUNNING_SHAPES: readonly [shape: RegExp, what: string][] = [
  [
    /(^|_)(exec|execute|execution|shell|bash|powershell|script|command|commands|invocation|invoke)(_|$)|(^|_)ssh(_(exec|command|resource|tunnel)|$)/,
    "runs a program",
  ],
  [/(^|_)(curl|wget|httpclient)(_|$)|(^|_)https?$|^http_|http_request/, "asks any address"],
];

/** Resources that run a command when they are read, which every plan does first. */
const RUNNING_RESOURCES: ReadonlySet<string> = new Set(["shell_script", "shell_sensitive_script"]);

/** Arguments of data sources and resources that read a file, or reach an address, while planning. */
const GUARDED: Readonly<
  Record<string, Readonly<Record<string, ArgumentKind | "place" | "template" | "chart">>>
> = {
  archive_file: { source_file: "place", source_dir: "place", output_path: "place" },
  local_file: { filename: "place" },
  local_sensitive_file: { filename: "place" },
  template_file: { template: "template", filename: "place" },
  template_dir: { source_dir: "place", destination_dir: "place" },
  tls_certificate: { url: "address" },
  dns_a_record_set: { host: "address" },
  dns_aaaa_record_set: { host: "address" },
  dns_cname_record_set: { host: "address" },
  dns_mx_record_set: { domain: "address" },
  dns_ns_record_set: { host: "address" },
  dns_srv_record_set: { service: "literal" },
  dns_txt_record_set: { host: "address" },
  google_storage_object_signed_url: { credentials: "account" },
  // A plan renders the chart to show what it would change.
  helm_release: {
    chart: "chart",
    repository: "chart",
    postrender: "program",
    keyring: "file",
    repository_ca_file: "file",
    repository_cert_file: "file",
    repository_key_file: "file",
  },
};

/** Looks at a data source, or an ephemeral resource: what it would run, read or ask while terraform only plans. */
export function inspectData(block: Block, scope: Scope, notes: Notes): void {
  const [type = ""] = block.labels;
  const running = (own(RUNNING, type) ?? RUNNING_SHAPES.find(([shape]) => shape.test(type))?.[1]) as
    | string
    | undefined;
  if (running !== undefined)
    notes.findings.push(`${nameOf(block)}, which ${running} while planning${lineOf(block)}`);
  else if (type === "terraform_remote_state") inspectRemoteState(block, scope, notes);
  else inspectGuarded(block, scope, notes);
}

/** Looks at a resource for what it does before it is applied. */
export function inspectResource(block: Block, scope: Scope, notes: Notes): void {
  if (RUNNING_RESOURCES.has(block.labels[0] ?? ""))
    notes.findings.push(`${nameOf(block)}, which runs a program while planning${lineOf(block)}`);
  else inspectGuarded(block, scope, notes);
}

/** A block as people know it: its type and its labels. */
export function nameOf(block: Block): string {
  return [block.type, ...block.labels.map((label) => JSON.stringify(label))].join(" ");
}

/** Where a block begins, in words behind it. */
export function lineOf({ line }: { line: number | null }): string {
  return line === null ? "" : ` (line ${line})`;
}

function inspectGuarded(block: Block, above: Scope, notes: Notes): void {
  const guarded = own(GUARDED, block.labels[0] ?? "");
  if (guarded === undefined) return;
  const scope = innerScope(block, above);
  for (const { name, expr, line } of block.attributes) {
    const kind = own(guarded, name);
    if (kind === undefined) continue;
    const found: Notes = { findings: [], reads: notes.reads };
    inspectArgument(name, kind, evaluate(expr, scope), block, scope, found);
    notes.findings.push(...found.findings.map((finding) => `${finding}${lineOf({ line })}`));
  }
  for (const inner of block.blocks) {
    const type = inner.type === "dynamic" ? (inner.labels[0] ?? "") : inner.type;
    if (own(guarded, type) === "program")
      notes.findings.push(`${type} in ${nameOf(block)}, which can run a program${lineOf(inner)}`);
  }
}

function inspectArgument(
  name: string,
  kind: ArgumentKind | "place" | "template" | "chart",
  value: Value,
  block: Block,
  scope: Scope,
  notes: Notes,
): void {
  const what = `${name} in ${nameOf(block)}`;
  if (kind === "template")
    inspectTemplate(what, value, { ...scope, names: new Map(), isTemplate: true }, notes);
  else if (kind === "place") inspectPlace(what, value, block, scope, notes);
  else {
    const whose = { owner: "", name: nameOf(block) };
    if (kind !== "chart") notes.findings.push(...inspectValue(name, kind, value, whose, scope));
    else notes.findings.push(...inspectChart(name, value, whose, scope));
  }
}

/** A chart is a directory, or what an address gives. */
function inspectChart(
  name: string,
  value: Value,
  whose: { owner: string; name: string },
  scope: Scope,
): string[] {
  if (value.kind === "any") return value.options.flatMap((one) => inspectChart(name, one, whose, scope));
  if (value.kind !== "texts") return inspectValue(name, "literal", value, whose, scope);
  return value.texts.flatMap((text) => {
    const isAddress = /^[a-z0-9+.-]+:\/\//i.test(text);
    const as: Value = { kind: "texts", texts: [text.replace(/^oci:/, "https:")] };
    return inspectValue(name, isAddress ? "address" : "file", as, whose, scope);
  });
}

function inspectPlace(what: string, value: Value, block: Block, scope: Scope, notes: Notes): void {
  const { root } = scope.module.world;
  if (value.kind === "any") {
    for (const one of value.options) inspectPlace(what, one, block, scope, notes);
  } else if (value.kind !== "texts") notes.findings.push(`${what}, which ${notPlain(value)}`);
  else {
    for (const text of value.texts) {
      const place = placeOfText(text, root);
      if (place === null)
        notes.findings.push(`${nameOf(block)}, which reads or writes outside of the workspace`);
      else if (!what.startsWith("output") && !place.includes(BELOW)) notes.reads.push(readOf(place, scope));
    }
  }
}

function readOf(place: string, { module }: Scope): { path: string; kind: "file" | "tree" } {
  return { path: place, kind: module.world.files.has(place) ? "file" : "tree" };
}

/** Another root's state: reading it where a cloud keeps it is what it is for, from any address or any file it is not. */
function inspectRemoteState(block: Block, above: Scope, notes: Notes): void {
  const scope = innerScope(block, above);
  if (scope.module.doubled.has(identityOf(block)))
    notes.findings.push(
      `${nameOf(block)} in two places, so that nobody can say which backend its settings are for${lineOf(block)}`,
    );
  const given = (name: string) => {
    const found = block.attributes.find((attribute) => attribute.name === name);
    return found === undefined ? null : evaluate(found.expr, scope);
  };
  const backend = given("backend") ?? unknown("another block");
  const config = given("config");
  const types = backend.kind === "texts" ? backend.texts : [];
  const isPlain = types.length > 0 && types.every((type) => isKnownBackend(type));
  if (!isPlain) notes.findings.push(`${nameOf(block)}, which asks any address${lineOf(block)}`);
  const written = block.line === null ? undefined : block.blocks.find(({ type }) => type !== "lifecycle");
  if (written !== undefined)
    notes.findings.push(
      `a block ${written.type} in ${nameOf(block)}, where terraform has none${lineOf(written)}`,
    );
  if (config === null) return;
  const name = nameOf(block);
  for (const type of types) {
    const whose = { owner: `backend ${type}`, name };
    for (const finding of inspectConfig(config, whose, scope))
      notes.findings.push(`${finding}${lineOf(block)}`);
  }
}

function inspectConfig(config: Value, whose: { owner: string; name: string }, scope: Scope): string[] {
  if (config.kind === "any") return config.options.flatMap((one) => inspectConfig(one, whose, scope));
  if (config.kind !== "object") return [`config in ${whose.name}, which ${notPlain(config)}`];
  return [...config.entries].flatMap(([key, value]) =>
    inspectValue(key, kindOfArgument(whose.owner, key), value, whose, scope),
  );
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
