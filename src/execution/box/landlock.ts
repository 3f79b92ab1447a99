import { readdir, readFile, realpath } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { EnvironmentError } from "#execution/environment-error.ts";
import { makeOwn } from "#execution/workspace/own-files.ts";
import { changeDirOf } from "#execution/workspace/scratch.ts";
import type { Box, Call } from "./box.ts";
import { realPlaces, type SystemPlaces } from "./places.ts";

/** What of this machine no command may see, and where commands may connect to beside what their environment names. */
export type LandlockOptions = {
  dataDir: string;
  hidden: readonly string[];
  system: SystemPlaces;
  /** What the policy lists for every command. */
  readOnly: readonly string[];
  ports: readonly number[];
};

const LAUNCHER = fileURLToPath(new URL("./launcher.pl", import.meta.url));
/** Programs ask who they run as; git and ssh refuse a user without a name. */
const NAMES = ["/etc/passwd", "/etc/group"];
const DEVICES = ["null", "zero", "full", "random", "urandom"].map((name) => `/dev/${name}`);
/** ssh, DNS by TCP, https, and the usual port of a cluster. */
const PORTS = [22, 53, 443, 6443];

/**
 * Holds a command in with Landlock (Linux 6.12 or newer): no privilege, no namespace, so it works in a restricted pod. A
 * perl launcher makes the system calls and then becomes the command, because Node cannot make them. Paths, signals, ptrace,
 * abstract sockets and TCP ports are held. Process lists stay visible by their directory names alone, a daemon may be left,
 * and sockets that lie in the file system can be connected to: a database must not be reached by one.
 */
export function createLandlockBox(options: LandlockOptions): Box {
  let system: Promise<string[]> | undefined;
  return {
    means: "landlock",
    wrap: async (call) => {
      if (call.view.stateFile !== null) throw new EnvironmentError(NO_STATE_FILE);
      system ??= systemRules(options);
      // Of the change's own: what others write in /tmp is none of its business, and a provider's socket needs a short path.
      const tmp = await makeOwn(changeDirOf(options.dataDir, call.view.changeId).root, "tmp");
      const rules = ["rw", tmp, ...(await rulesOf(call, options))];
      const words = ["landlock", ...(await system), ...rules, "run", ...call.argv];
      return {
        argv: ["/usr/bin/perl", LAUNCHER],
        cwd: call.cwd,
        env: { ...call.env, TMPDIR: tmp },
        launcher: {
          given: words.map((word) => `${word}\0`).join(""),
          endOf: (report, own) => (report === "" ? own : null),
          whyNotBegun: (report) => `The command was not started: ${report.trim()}.`,
        },
      };
    },
    // The HOME in the environment of what runs is found in /proc as without a box.
    findLeft: async () => [],
  };
}

const NO_STATE_FILE =
  "This Terraform root keeps its state in a file of the workspace. Under GREENLIGHT_BOX=landlock a command may not write there, because it could write beside the state too. Give the root a backend, or run Greenlight where bubblewrap works.";

/** What every command may read and run. What is hidden has nothing above it allowed: Landlock takes nothing back. */
async function systemRules({ system, hidden: named }: LandlockOptions): Promise<string[]> {
  const hidden = await realPlaces(named);
  const shown = await Promise.all(system.shown.map((path) => allBut(path, [...system.keys, ...hidden])));
  return [
    ...shown.flat().flatMap((path) => ["rx", path]),
    ...[...NAMES, "/proc/self"].flatMap((path) => ["ro", path]),
    ...DEVICES.flatMap((path) => ["rw", path]),
  ];
}

/** A path, or what lies in it where something of it is hidden, but no links: what they lead to is held by where it is. */
async function allBut(path: string, hidden: readonly string[]): Promise<string[]> {
  if (hidden.some((one) => `${path}/`.startsWith(`${one}/`))) return [];
  if (!hidden.some((one) => one.startsWith(`${path}/`))) return [path];
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const inside = entries.filter((entry) => !entry.isSymbolicLink());
  return (await Promise.all(inside.map(({ name }) => allBut(join(path, name), hidden)))).flat();
}

/** Of what is named, all but what is hidden in it. What lies in a hidden place is shown where it is named by itself, as a kubeconfig is. */
async function shownOf(path: string, hidden: readonly string[]): Promise<string[]> {
  const real = await realpath(path).catch(() => path);
  return hidden.some((one) => `${one}/`.startsWith(`${real}/`)) ? allBut(real, hidden) : [path];
}

async function rulesOf({ env, view }: Call, options: LandlockOptions): Promise<string[]> {
  const { readOnly, ports } = options;
  const hidden = await realPlaces(options.hidden);
  const shown = await Promise.all([...view.readOnly, ...readOnly].map((path) => shownOf(path, hidden)));
  const named = [...(await clusterPorts(env["KUBECONFIG"] ?? "")), ...proxyPorts(env)];
  return [
    ...shown.flat().flatMap((path) => ["rx", path]),
    ...view.readWrite.flatMap((path) => ["rw", path]),
    ...[...new Set([...PORTS, ...ports, ...named])].flatMap((port) => ["port", String(port)]),
  ];
}

/** The ports of the clusters that a kubeconfig names. A file that cannot be read names none. */
async function clusterPorts(kubeconfig: string): Promise<number[]> {
  const files = kubeconfig.split(delimiter).filter((path) => path !== "");
  const texts = await Promise.all(files.map((path) => readFile(path, "utf8").catch(() => "")));
  return texts
    .flatMap((text) => [...text.matchAll(/\bserver["']?:\s*["']?https?:\/\/[^\s"'/]*?:(\d{1,5})\b/g)])
    .map(portOf);
}

function proxyPorts(env: Call["env"]): number[] {
  const proxies = Object.entries(env).filter(([name]) => /^https?_proxy$/i.test(name));
  return proxies.flatMap(([, url]) => [...url.matchAll(/:(\d{1,5})\b/g)]).map(portOf);
}

function portOf(match: RegExpExecArray): number {
  return Number(match[1]);
}
