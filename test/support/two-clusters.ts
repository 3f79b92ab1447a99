import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A kubeconfig as this stand-in reads it: JSON, which is YAML. */
export type Kubeconfig = {
  clusters: { name: string; cluster: Record<string, unknown> }[];
  contexts: { name: string; context: Record<string, unknown> }[];
  users: { name: string; user: Record<string, unknown> }[];
  "current-context": string;
};

/** One call that reached a cluster: which server, what with, and whether it changed something there. */
export type Call = { server: string; argv: string[]; changed: boolean };

/** Clusters behind one kubectl, told apart by the server that its kubeconfig leads to, as the real one is. */
export type Clusters = {
  binDir: string;
  write(name: string, config: Kubeconfig): Promise<void>;
  pathOf(name: string): string;
  calls(): Promise<Call[]>;
  /** What was changed so far, by server: "prod.example scale deployment/worker". */
  changes(): Promise<string[]>;
  /** How often the kubeconfig was asked. */
  views(): Promise<number>;
};

const SCRIPT = `
const fs = require("fs"), path = require("path");
const home = path.dirname(process.argv[1]);
const args = process.argv.slice(2);
const end = args.includes("--") ? args.indexOf("--") : args.length;
const valueOf = (name) => {
  const at = args.findIndex((word, index) => index < end && (word === name || word.startsWith(name + "=")));
  return at < 0 ? null : args[at].includes("=") ? args[at].slice(name.length + 1) : args[at + 1];
};
const merged = { clusters: [], contexts: [], users: [], "current-context": "" };
for (const file of (process.env.KUBECONFIG || "").split(":")) {
  if (!fs.existsSync(file)) continue;
  const one = JSON.parse(fs.readFileSync(file, "utf8"));
  for (const kind of ["clusters", "contexts", "users"])
    for (const entry of one[kind] || []) if (!merged[kind].some(({ name }) => name === entry.name)) merged[kind].push(entry);
  merged["current-context"] ||= one["current-context"] || "";
}
const wanted = valueOf("--context") ?? merged["current-context"];
const context = merged.contexts.find(({ name }) => name === wanted);
const fail = (text) => { process.stderr.write(text + "\\n"); process.exit(1); };
if (args[0] === "config") {
  fs.appendFileSync(path.join(home, "views"), "1\\n");
  if (args.includes("--minify")) {
    if (!context) fail("error: cannot locate context " + wanted);
    merged.clusters = merged.clusters.filter(({ name }) => name === context.context.cluster);
    merged.users = merged.users.filter(({ name }) => name === context.context.user);
    merged.contexts = [context];
    merged["current-context"] = wanted;
  }
  if (!args.includes("--raw")) for (const { user } of merged.users) if (user.token) user.token = "REDACTED";
  process.stdout.write(JSON.stringify(merged));
} else {
  if (!context) fail('error: context "' + wanted + '" does not exist');
  const { cluster } = merged.clusters.find(({ name }) => name === context.context.cluster) || {};
  const isDry = args.slice(0, end).some((word) => word.startsWith("--dry-run"));
  const changed = !isDry && /^(scale|set|delete|rollout|apply|cordon)$/.test(args[0]) && args[1] !== "status";
  fs.appendFileSync(path.join(home, "calls"), JSON.stringify({ server: cluster.server, argv: args, changed }) + "\\n");
  const json = args.some((word, index) => /^(--output=json|-ojson)$/.test(word) || (word === "json" && args[index - 1] === "-o"));
  // What stands there is what was set last, in each cluster and namespace, and all of it is up.
  const key = [new URL(cluster.server).hostname, valueOf("--namespace") ?? valueOf("-n") ?? "default"].join("-");
  const file = path.join(home, "count-" + key);
  const asked = valueOf("--replicas");
  if (changed && asked !== null) fs.writeFileSync(file, asked);
  // A preview always sees 2, so that each of these plans has something to do; what is read back after a run is what was set.
  const replicas = isDry && asked !== null ? Number(asked) : args[1] === "Deployment.v1.apps" && fs.existsSync(file) ? Number(fs.readFileSync(file, "utf8")) : 2;
  const metadata = { name: "worker", namespace: valueOf("--namespace") ?? valueOf("-n") ?? undefined };
  const status = { replicas, updatedReplicas: replicas, availableReplicas: replicas };
  const object = { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { replicas }, status };
  if (json) process.stdout.write(JSON.stringify(object));
  else process.stdout.write("deployment.apps/worker scaled\\n");
}
`;

/** Puts the stand-in into `dir`. It knows only what these tests ask for; what a real kubectl says of contexts was measured with 1.32. */
export async function installClusters(dir: string): Promise<Clusters> {
  const binDir = join(dir, "bin");
  await mkdir(binDir, { recursive: true });
  await writeFile(join(binDir, "kubectl.cjs"), SCRIPT);
  await writeFile(
    join(binDir, "kubectl"),
    `#!/bin/sh\nexec '${process.execPath}' '${join(binDir, "kubectl.cjs")}' "$@"\n`,
  );
  await chmod(join(binDir, "kubectl"), 0o755);
  const linesOf = async (name: string): Promise<string[]> => {
    const text = await readFile(join(binDir, name), "utf8").catch(() => "");
    return text.split("\n").filter((line) => line !== "");
  };
  const calls = async (): Promise<Call[]> => (await linesOf("calls")).map((line) => JSON.parse(line) as Call);
  return {
    binDir,
    calls,
    pathOf: (name) => join(dir, name),
    write: (name, config) => writeFile(join(dir, name), JSON.stringify(config)),
    views: async () => (await linesOf("views")).length,
    changes: async () =>
      (await calls())
        .filter(({ changed }) => changed)
        .map(({ server, argv }) => `${new URL(server).hostname} ${argv.slice(0, 2).join(" ")}`),
  };
}

/** Two clusters, `prod-eu` and `staging-eu`, of which the first is the current one; `user` is the login to both. */
export function twoClusters(user: Record<string, unknown> = { token: "opaque-one" }): Kubeconfig {
  return {
    clusters: [
      { name: "prod", cluster: { server: "https://prod.example" } },
      { name: "staging", cluster: { server: "https://staging.example" } },
    ],
    contexts: [
      { name: "prod-eu", context: { cluster: "prod", user: "bot" } },
      { name: "staging-eu", context: { cluster: "staging", user: "bot" } },
    ],
    users: [{ name: "bot", user }],
    "current-context": "prod-eu",
  };
}
