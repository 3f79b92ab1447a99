import { existsSync } from "node:fs";
import { withoutBook } from "#playground/cluster/fields/book.ts";
import { type Printer, printerOf } from "#playground/cluster/printing/output.ts";
import { type Caller, type Command, type Context, requireFiles } from "./command.ts";
import { KubectlError, NeedsFiles, notInThePlayground } from "./errors.ts";
import { flagOf, isOn, parseLine, takeVerb } from "./flags.ts";

/** The one context there is. */
const CONTEXT = "playground";

/**
 * Runs one kubectl line on the cluster in `stateFile` and answers its exit code; whatever goes wrong is printed, not thrown.
 * NeedsFiles is thrown, with nothing done, for a caller that no files are read for.
 */
export async function runKubectl(stateFile: string, words: string[], output: Caller): Promise<number> {
  try {
    await dispatch(stateFile, words, output);
    return 0;
  } catch (error) {
    if (error instanceof NeedsFiles) throw error;
    const known = error instanceof KubectlError;
    const text = error instanceof Error ? error.message : String(error);
    // A difference that diff found is an exit code without a sentence.
    if (text !== "") output.err(`${known ? "" : "error: "}${text}\n`);
    return known ? error.exitCode : 1;
  }
}

/** Each family is loaded when it is asked for: a call takes as long as the files it reads. */
const families: Record<string, () => Promise<Command | Record<string, Command>>> = {
  get: async () => (await import("./get.ts")).get,
  describe: async () => (await import("./describe.ts")).describe,
  scale: async () => (await import("./scale.ts")).scale,
  set: async () => (await import("./set.ts")).set,
  rollout: async () => (await import("./rollout.ts")).rollout,
  delete: async () => (await import("./delete.ts")).remove,
  events: async () => (await import("./events.ts")).events,
  logs: async () => (await import("./logs.ts")).logs,
  apply: async () => (await import("./apply.ts")).apply,
  create: async () => (await import("./create.ts")).create,
  diff: async () => (await import("./diff.ts")).diff,
  patch: async () => (await import("./patch.ts")).patch,
  label: async () => (await import("./label.ts")).label,
  annotate: async () => (await import("./label.ts")).annotate,
  autoscale: async () => (await import("./autoscale.ts")).autoscale,
  cordon: async () => (await import("./nodes.ts")).cordon,
  uncordon: async () => (await import("./nodes.ts")).uncordon,
  taint: async () => (await import("./nodes.ts")).taint,
  replace: async () => (await import("./replace.ts")).replace,
  expose: async () => (await import("./expose.ts")).expose,
  config: async () => (await import("./config.ts")).config,
  auth: async () => (await import("./about.ts")).auth,
  version: async () => (await import("./about.ts")).version,
  explain: async () => (await import("./about.ts")).explain,
};
/** Verbs of the real program that this one leaves out, so that its answer is not "unknown command". */
const leftOut = new Set(
  "api-resources api-versions attach certificate cluster-info completion cp debug drain edit exec kustomize options plugin port-forward proxy run top wait".split(
    " ",
  ),
);

async function dispatch(stateFile: string, words: string[], output: Caller): Promise<void> {
  const { verb, rest } = takeVerb(words);
  if (verb === null || verb === "help") {
    parseLine("", rest, {});
    output.out(
      `kubectl controls the Kubernetes cluster manager.\n\nThis is the playground's: it works on a file.\nCommands: ${Object.keys(families).join(", ")}\n`,
    );
    return;
  }
  const load = Object.hasOwn(families, verb) ? families[verb] : undefined;
  if (load === undefined && leftOut.has(verb)) throw notInThePlayground(`"${verb}"`);
  if (load === undefined) throw new KubectlError(`error: unknown command "${verb}" for "kubectl"`);
  const family = await load();
  if (isCommand(family)) return run({ stateFile, path: verb, ...output }, family, rest);
  const inner = takeVerb(rest);
  const command = Object.hasOwn(family, inner.verb ?? "") ? family[inner.verb ?? ""] : undefined;
  if (command !== undefined)
    return run({ stateFile, path: `${verb} ${inner.verb}`, ...output }, command, inner.rest);
  if (verb === "set" && inner.verb === "subject") throw notInThePlayground('"set subject"');
  if (inner.verb === null) throw new KubectlError(`Usage:\n  kubectl ${verb} SUBCOMMAND [options]`);
  const typed = inner.rest.filter((word) => !word.startsWith("-"));
  throw new KubectlError(
    `error: unknown command "${[inner.verb, ...typed].join(" ")}"\nSee 'kubectl ${verb} -h' for help and examples`,
  );
}

async function run(
  base: Omit<Context, "line" | "namespace" | "print">,
  command: Command,
  args: string[],
): Promise<void> {
  const { path } = base;
  const line = parseLine(path, args, command.flags);
  if (isOn(line, "help")) {
    base.out(
      `Usage:\n  kubectl ${path} [options]\n\nFlags: ${Object.keys(command.flags)
        .map((flag) => `--${flag.split(",")[0]}`)
        .join(" ")}\n`,
    );
    return;
  }
  const kubeconfig = flagOf(line, "kubeconfig");
  if (kubeconfig !== undefined) requireFiles(base);
  if (kubeconfig !== undefined && !existsSync(kubeconfig))
    throw new KubectlError(`error: stat ${kubeconfig}: no such file or directory`);
  const wanted = flagOf(line, "context");
  if (wanted !== undefined && wanted !== "" && wanted !== CONTEXT) throw wrongContext(path, wanted);
  const printer = await printerOf(flagOf(line, "output") ?? "", path);
  const print: Printer = (value) => printer(isOn(line, "show-managed-fields") ? value : withoutBook(value));
  await command.run({ ...base, line, print, namespace: flagOf(line, "namespace") || "default" });
}

/** kubectl's commands find out about a context in several places, each with words of its own. */
function wrongContext(path: string, wanted: string): KubectlError {
  if (path.startsWith("config ")) return new KubectlError(`error: cannot locate context ${wanted}`);
  if (/^(apply|auth|create|diff|explain|version)/.test(path))
    return new KubectlError(`error: context "${wanted}" does not exist`, path === "diff" ? 2 : 1);
  return new KubectlError(`Error in configuration: context was not found for specified context: ${wanted}`);
}

function isCommand(family: Command | Record<string, Command>): family is Command {
  return "run" in family && typeof family.run === "function";
}
