import { printerOf } from "#playground/cluster/printing/output.ts";
import type { Command, Context } from "./command.ts";
import { KubectlError, notInThePlayground } from "./errors.ts";
import { flagOf, isOn } from "./flags.ts";

const NAME = "playground";
/** The kubeconfig there would be: one cluster that no name server knows, one user without credentials. */
const kubeconfig = {
  kind: "Config",
  apiVersion: "v1",
  preferences: {},
  clusters: [{ name: NAME, cluster: { server: "https://playground.invalid" } }],
  users: [{ name: NAME, user: {} }],
  contexts: [{ name: NAME, context: { cluster: NAME, user: NAME } }],
  "current-context": NAME,
};

/** `kubectl config`: what can be read of the one context. */
export const config: Record<string, Command> = {
  "current-context": { flags: {}, run: async ({ out }) => out(`${NAME}\n`) },
  view: {
    flags: {
      "output,o": "text",
      minify: "bool",
      flatten: "bool",
      raw: "bool",
      merge: { optional: "true" },
      "show-managed-fields": "bool",
      template: "text",
      "allow-missing-template-keys": "bool",
    },
    run: async ({ line, path, out }) =>
      out((await printerOf(flagOf(line, "output") ?? "yaml", path))(kubeconfig)),
  },
  "get-contexts": { flags: { "output,o": "text", "no-headers": "bool" }, run: getContexts },
  "get-clusters": { flags: {}, run: async ({ out }) => out(`NAME\n${NAME}\n`) },
  "get-users": { flags: {}, run: async ({ out }) => out(`NAME\n${NAME}\n`) },
  "use-context": {
    flags: {},
    run: async ({ line, out }) => {
      const [wanted] = line.words;
      if (wanted !== NAME)
        throw new KubectlError(`error: no context exists with the name: "${wanted ?? ""}"`);
      out(`Switched to context "${NAME}".\n`);
    },
  },
  ...Object.fromEntries(
    [
      "set",
      "unset",
      "set-cluster",
      "set-context",
      "set-credentials",
      "delete-cluster",
      "delete-context",
      "delete-user",
      "rename-context",
    ].map((verb): [string, Command] => [
      verb,
      {
        flags: {},
        run: async () => {
          throw notInThePlayground(`"config ${verb}"`);
        },
      },
    ]),
  ),
};

async function getContexts({ line, out }: Context): Promise<void> {
  const format = flagOf(line, "output") ?? "";
  if (format !== "" && format !== "name")
    throw new KubectlError(`error: output must be one of '' or 'name': ${format}`);
  const missing = line.words.filter((name) => name !== NAME);
  const shown = line.words.length === 0 || line.words.includes(NAME);
  if (format === "name") out(shown ? `${NAME}\n` : "");
  else out(contextTable(shown, !isOn(line, "no-headers")));
  if (missing.length > 0)
    throw new KubectlError(missing.map((name) => `error: context ${name} not found`).join("\n"));
}

function contextTable(shown: boolean, headers: boolean): string {
  const widths = [10, 13, 13, 11];
  const row = (cells: string[]) => cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join("");
  const head = shown
    ? `${row(["CURRENT", "NAME", "CLUSTER", "AUTHINFO"])}  NAMESPACE\n`
    : "CURRENT   NAME   CLUSTER   AUTHINFO   NAMESPACE\n";
  return `${headers ? head : ""}${shown ? `${row(["*", NAME, NAME, NAME])}  \n` : ""}`;
}
