import type { Block } from "./terraform-blocks.ts";
import { placeOf } from "./terraform-places.ts";

/** Where a block stands: its file, for people; its module's directory; the root terraform was started for. */
export type Site = { file: string; module: string; root: string };
/** What one block brings: what of it would run code or reach out, and which files it reads by name. */
export type Looked = { findings: string[]; files: string[] };

/** The top-level blocks of terraform 1.11, and of its test files. Another one may be anything. */
const KNOWN: ReadonlySet<string> = new Set([
  ...["check", "data", "ephemeral", "import", "locals", "module", "moved", "output", "provider"],
  ...["removed", "resource", "terraform", "variable"],
  ...["mock_provider", "override_data", "override_module", "override_resource", "run", "test", "variables"],
]);

/** Data sources that run a command or ask an address the configuration names. Those of a cloud ask that cloud's API. */
const RUNNING: Readonly<Record<string, string>> = {
  external: "runs a program",
  http: "asks any address",
  local_command: "runs a program",
  shell_script: "runs a program",
  shell_sensitive_script: "runs a program",
  curl: "asks any address",
  httpclient_request: "asks any address",
  terracurl_request: "asks any address",
};

/** Resources that run a command when they are read, which every plan does first. */
const RUNNING_RESOURCES: ReadonlySet<string> = new Set(["shell_script", "shell_sensitive_script"]);

/** Data sources that read files by name, or (archive_file) write one while planning. */
const FILE_DATA: ReadonlySet<string> = new Set(["archive_file", "local_file", "local_sensitive_file"]);

/** Settings of providers and backends that name a program to run (`exec`) or a file that can (aws: `credential_process`). */
const COMMANDS = [
  "exec",
  "credential_process",
  "shared_config_files",
  "shared_credentials_files",
  "shared_credentials_file",
];

/** Settings of providers and backends that name a kubeconfig: what stands in it as `exec` is run. */
const KUBECONFIGS = ["config_path", "config_paths"];

const FILE_FUNCTIONS =
  /^(file|fileexists|fileset|filebase64|filemd5|filesha1|filesha256|filesha512|filebase64sha256|filebase64sha512|templatefile)$/;

/** Looks at one top-level block for what terraform would run or reach while it only plans. */
export function lookAtBlock(block: Block, site: Site): Looked {
  const findings: string[] = [];
  if (!KNOWN.has(block.type)) findings.push(`a block ${block.type}, which terraform 1.11 does not have`);
  if (hasProvisioner(block)) findings.push(`a provisioner in ${nameOf(block)}, which runs commands`);
  findings.push(...(own(LOOKS, block.type)?.(block, site) ?? []));
  const files: string[] = [];
  for (const call of block.calls) {
    if (!FILE_FUNCTIONS.test(call.name)) continue;
    const place = filePlace(call.text, site);
    if (place === "outside")
      findings.push(`${call.name}("${call.text}"), which reads outside of the workspace`);
    else if (place !== null) files.push(place);
  }
  return { findings: findings.map((finding) => `${site.file} has ${finding}`), files };
}

/** What to look at, by the block's type (one of `KNOWN`). */
const LOOKS: Readonly<Record<string, (block: Block, site: Site) => string[]>> = {
  data: lookAtData,
  ephemeral: lookAtData,
  check: (block, site) =>
    block.blocks.filter((inner) => inner.type === "data").flatMap((inner) => lookAtData(inner, site)),
  provider: lookAtCommands,
  resource: (block) =>
    RUNNING_RESOURCES.has(block.labels[0] ?? "")
      ? [`${nameOf(block)}, which runs a program while planning`]
      : [],
  terraform: lookAtTerraform,
};

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** All blocks in a block, at any depth. */
function* within(block: Block): Generator<Block> {
  for (const inner of block.blocks) {
    yield inner;
    yield* within(inner);
  }
}

function hasProvisioner(block: Block): boolean {
  if (block.type === "resource" && block.keys.has("provisioner")) return true;
  for (const inner of within(block)) {
    if (inner.type === "provisioner") return true;
    if (inner.type === "dynamic" && inner.labels[0] === "provisioner") return true;
  }
  return false;
}

function lookAtData(block: Block, site: Site): string[] {
  const [type = ""] = block.labels;
  if (Object.hasOwn(RUNNING, type)) return [`${nameOf(block)}, which ${RUNNING[type]} while planning`];
  if (
    FILE_DATA.has(type) &&
    block.texts.some((text) => /^(\/|~|\.\.\/)/.test(text) && placeOf(site.root, text) === null)
  ) {
    return [`${nameOf(block)}, which reads or writes outside of the workspace`];
  }
  return type === "terraform_remote_state" ? lookAtRemoteState(block, site) : [];
}

/** Another root's state: reading it where a cloud keeps it is what it is for, from any address or any file it is not. */
function lookAtRemoteState(block: Block, site: Site): string[] {
  const backend = block.values.get("backend") ?? null;
  if (backend === null || backend === "http") return [`${nameOf(block)}, which asks any address`];
  if (backend === "local" && block.texts.some((text) => placeOf(site.root, text) === null)) {
    return [`${nameOf(block)}, which reads outside of the workspace`];
  }
  return lookAtCommands(block);
}

function lookAtCommands(block: Block): string[] {
  const all = [block, ...within(block)];
  // `dynamic "exec" { … }` makes a block `exec`.
  const types = new Set(all.flatMap(({ type, labels }) => (type === "dynamic" ? [type, labels[0]] : [type])));
  const command =
    COMMANDS.find((name) => block.keys.has(name) || types.has(name)) ??
    KUBECONFIGS.find((name) => block.keys.has(name) && !isOfHome(all, name));
  return command === undefined ? [] : [`${command} in ${nameOf(block)}, which can run a program`];
}

/** Whether a kubeconfig is named plainly, and is one of the home that the policy gives to commands. */
function isOfHome(all: readonly Block[], name: string): boolean {
  const paths = all.flatMap(({ values }) => (values.has(name) ? [values.get(name) ?? ""] : []));
  return paths.length > 0 && paths.every((path) => path.startsWith("~/") && !path.includes(".."));
}

function lookAtTerraform(block: Block, site: Site): string[] {
  const findings: string[] = [];
  for (const inner of block.blocks) {
    const [type = ""] = inner.labels;
    // The directory would be uploaded and run there: neither the saved plan nor the snapshot binds what happens then.
    if (inner.type === "cloud" || (inner.type === "backend" && type === "remote")) {
      findings.push(`${nameOf(inner)}, with which plans and applies run elsewhere`);
    }
    if (inner.type !== "backend") continue;
    findings.push(...lookAtCommands(inner));
    if (type === "local" && inner.texts.some((text) => placeOf(site.root, text) === null)) {
      findings.push(`${nameOf(inner)}, which keeps the state outside of the workspace`);
    }
  }
  return findings;
}

/** Where a file function's text leads when that can be said: a place, "outside", or null for what is computed or within its own directory. */
function filePlace(text: string, site: Site): string | null {
  const [all = "", base] = /^\$\{\s*path\.(module|root|cwd)\s*\}\/*/.exec(text) ?? [];
  const rest = text.slice(all.length);
  if (/[$%]\{/.test(rest) || rest === "") return null;
  const from = base === "module" ? site.module : site.root;
  const place = placeOf(from, rest.replaceAll("\\\\", "\\"));
  return place ?? "outside";
}

function nameOf(block: Block): string {
  return [block.type, ...block.labels.map((label) => JSON.stringify(label))].join(" ");
}
