import { type Command, type Context, fileFlags, selectFlags, writeFlags } from "./command.ts";
import { editChosen } from "./edit.ts";
import { KubectlError, notInThePlayground } from "./errors.ts";
import { flagOf } from "./flags.ts";
import type { Kind } from "./kinds.ts";
import type { Container, DeploymentSpec, KubeObject } from "./state.ts";
import { targetsOf } from "./targets.ts";

const flags = { ...selectFlags, ...fileFlags, ...writeFlags, local: "bool", record: "bool" } as const;

/** `kubectl set image|env|resources|serviceaccount|selector`: says nothing when nothing changed, as kubectl does. */
export const set: Record<string, Command> = {
  image: { flags, run: setImage },
  env: {
    flags: {
      ...flags,
      "containers,c": "text",
      "env,e": "list",
      from: "text",
      keys: "list",
      prefix: "text",
      list: "bool",
      overwrite: "bool",
      resolve: "bool",
    },
    run: setEnv,
  },
  resources: {
    flags: { ...flags, "containers,c": "text", limits: "text", requests: "text" },
    run: setResources,
  },
  serviceaccount: { flags, run: setServiceAccount },
  selector: { flags: { ...flags, "resource-version": "text" }, run: setSelector },
};

type Pair = readonly [name: string, value: string];

async function setImage(context: Context): Promise<void> {
  const pairs = context.line.words.filter((word) => word.includes("=")).map(pairOf);
  const targets = await targetsOf(
    context,
    context.line.words.filter((word) => !word.includes("=")),
  );
  if (pairs.length === 0) throw new KubectlError("error: at least one image update is required");
  await edit(context, targets, "image updated", (containers) => withImages(containers, pairs));
}

async function setEnv(context: Context): Promise<void> {
  const { line } = context;
  for (const flag of ["from", "keys", "prefix", "list", "resolve", "overwrite"])
    if (line.flags.has(flag)) throw notInThePlayground(`"set env --${flag}"`);
  const isUpdate = (word: string) => /^[^=/]+=|^[^=/]+-$/.test(word);
  const updates = [...line.words.filter(isUpdate), ...(line.flags.get("env") ?? [])];
  const targets = await targetsOf(
    context,
    line.words.filter((word) => !isUpdate(word)),
  );
  if (updates.length === 0)
    throw new KubectlError("error: at least one environment variable must be provided");
  const values = updates.filter((word) => word.includes("=")).map(pairOf);
  const gone = updates.filter((word) => !word.includes("=")).map((word) => word.slice(0, -1));
  const chosen = chosenBy(flagOf(line, "containers") ?? "*");
  await edit(context, targets, "env updated", (containers) =>
    containers.map((one) => (chosen(one.name) ? withEnv(one, values, gone) : one)),
  );
}

async function setResources(context: Context): Promise<void> {
  const { line } = context;
  const targets = await targetsOf(context);
  const wanted = ["limits", "requests"].flatMap((field): [string, Record<string, string>][] => {
    const text = flagOf(line, field) ?? "";
    return text === "" ? [] : [[field, Object.fromEntries(text.split(",").map(quantityOf))]];
  });
  if (wanted.length === 0)
    throw new KubectlError(
      "error: you must specify an update to requests or limits (in the form of --requests/--limits)",
    );
  const pattern = flagOf(line, "containers") ?? "*";
  const chosen = chosenBy(pattern);
  await edit(context, targets, "resource requirements updated", (containers) => {
    if (!containers.some(({ name }) => chosen(name)))
      throw new KubectlError(`error: unable to find container named ${pattern}`);
    return containers.map((one) => (chosen(one.name) ? withResources(one, wanted) : one));
  });
}

async function setServiceAccount(context: Context): Promise<void> {
  const { words } = context.line;
  const name = words.at(-1);
  if (name === undefined || name.includes("/") || words.length < 2)
    throw new KubectlError("error: serviceaccount is required");
  const onTemplate = (object: KubeObject, kind: Kind): void => {
    const spec = templateSpecOf(object, kind);
    Object.assign(spec, { serviceAccount: name, serviceAccountName: name });
  };
  const targets = await targetsOf(context, words.slice(0, -1));
  await editChosen(context, targets, onTemplate, (changed) => (changed ? "serviceaccount updated" : null));
}

async function setSelector(context: Context): Promise<void> {
  const isPair = (word: string): boolean => word.includes("=");
  const targets = await targetsOf(
    context,
    context.line.words.filter((word) => !isPair(word)),
  );
  const pairs = context.line.words.filter(isPair).flatMap((word) => word.split(",").map(pairOf));
  if (pairs.length === 0) throw new KubectlError("error: one selector expected");
  const onService = (object: KubeObject, kind: Kind): void => {
    if (kind.plural !== "services") throw notInThePlayground(`"set selector" of a ${kind.kind}`);
    object.spec = { ...object.spec, selector: Object.fromEntries(pairs) };
  };
  await editChosen(context, targets, onService, (changed) => (changed ? "selector updated" : null));
}

/** The pods' spec in an object's template. */
function templateSpecOf(object: KubeObject, kind: Kind): DeploymentSpec["template"]["spec"] {
  const { template } = (object.spec ?? {}) as Partial<DeploymentSpec>;
  if (template === undefined)
    throw new KubectlError(
      `error: ${kind.plural}/${object.metadata.name} the object is not a pod or does not have a pod template: *v1.${kind.kind}`,
    );
  return template.spec;
}

async function edit(
  context: Context,
  targets: Awaited<ReturnType<typeof targetsOf>>,
  done: string,
  change: (containers: Container[]) => Container[],
): Promise<void> {
  const onTemplate = (object: KubeObject, kind: Kind) => {
    const spec = templateSpecOf(object, kind);
    spec.containers = change(spec.containers);
  };
  await editChosen(context, targets, onTemplate, (changed) => (changed ? done : null));
}

function withImages(containers: Container[], pairs: Pair[]): Container[] {
  return pairs.reduce((changed, [name, image]) => {
    if (image === "") throw new KubectlError(`error: invalid image name for container "${name}"`);
    if (name !== "*" && !changed.some((container) => container.name === name))
      throw new KubectlError(`error: unable to find container named "${name}"`);
    return changed.map((container) =>
      name === "*" || container.name === name ? { ...container, image } : container,
    );
  }, containers);
}

type EnvEntry = { name: string; [field: string]: unknown };

function withEnv(container: Container, values: Pair[], gone: string[]): Container {
  const before = Array.isArray(container["env"]) ? (container["env"] as EnvEntry[]) : [];
  const wanted = new Map(values);
  const kept = before
    .filter(({ name }) => !gone.includes(name))
    .map((one) => (wanted.has(one.name) ? { name: one.name, value: wanted.get(one.name) } : one));
  const fresh = [...wanted].filter(([name]) => !before.some((one) => one.name === name));
  const env = [...kept, ...fresh.map(([name, value]) => ({ name, value }))];
  const { env: _, ...rest } = container;
  return env.length === 0 ? rest : { ...rest, env };
}

function withResources(container: Container, wanted: [string, Record<string, string>][]): Container {
  const before = (container["resources"] ?? {}) as Record<string, Record<string, string>>;
  const merged = wanted.map(([field, values]) => [field, { ...before[field], ...values }] as const);
  return { ...container, resources: { ...before, ...Object.fromEntries(merged) } };
}

function pairOf(word: string): Pair {
  return [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)];
}

function quantityOf(text: string): Pair {
  const [name = "", value = "", ...more] = text.split("=");
  if (
    name === "" ||
    more.length > 0 ||
    !/^[+-]?(\d+\.?\d*|\.\d+)([EPTGMk]i?|Ki|m|n|u|[eE]-?\d+)?$/.test(value)
  )
    throw new KubectlError(
      value === ""
        ? `error: invalid argument syntax ${text}, expected <resource>=<value>`
        : "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  return [name, value];
}

function chosenBy(pattern: string): (name: string) => boolean {
  const source = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  const whole = new RegExp(`^${source}$`);
  return (name) => whole.test(name);
}
