import type { Command } from "./command.ts";
import { KubectlError, notInThePlayground } from "./errors.ts";
import { flagOf, isOn } from "./flags.ts";
import { findKind } from "./kinds.ts";

const VERSION = "v1.32.4+playground";

/** `kubectl version`. */
export const version: Command = {
  flags: { client: "bool", "output,o": "text" },
  async run({ line, out }) {
    const client = isOn(line, "client");
    const kustomizeVersion = "v5.5.0";
    const format = flagOf(line, "output") ?? "";
    if (format === "json") {
      const both = {
        clientVersion: { gitVersion: VERSION },
        kustomizeVersion,
        ...(client ? {} : { serverVersion: { gitVersion: VERSION } }),
      };
      return out(`${JSON.stringify(both, null, 2)}\n`);
    }
    if (format !== "" && format !== "yaml")
      throw new KubectlError("error: --output must be 'yaml' or 'json'");
    out(
      `Client Version: ${VERSION}\nKustomize Version: ${kustomizeVersion}\n${client ? "" : `Server Version: ${VERSION}\n`}`,
    );
  },
};

/** `kubectl explain TYPE`: kind and version only. */
export const explain: Command = {
  flags: { recursive: "bool", "api-version": "text", "output,o": "text" },
  async run({ line, out }) {
    const [type] = line.words;
    if (type === undefined)
      throw new KubectlError(
        'error: You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.',
      );
    const kind = findKind(type.split(".")[0] ?? "");
    const group = kind.group === "" ? "" : `GROUP:      ${kind.group}\n`;
    out(
      `${group}KIND:       ${kind.kind}\nVERSION:    ${kind.version}\n\nDESCRIPTION:\n    The playground keeps no field documentation; see the Kubernetes API reference.\n\n`,
    );
  },
};

/** `kubectl auth can-i`: in the playground everybody may do everything there is. */
export const auth: Record<string, Command> = {
  "can-i": {
    flags: {
      "all-namespaces,A": "bool",
      list: "bool",
      "no-headers": "bool",
      "quiet,q": "bool",
      subresource: "text",
    },
    async run({ line, out, err }) {
      if (isOn(line, "list")) throw notInThePlayground('"auth can-i --list"');
      const [verb, resource, extra] = line.words;
      if (verb === undefined || resource === undefined || extra !== undefined)
        throw new KubectlError(
          "error: you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples",
        );
      const [type = ""] = resource.split("/");
      if (type !== "*" && !resource.startsWith("/") && !isKind(type))
        err(`Warning: the server doesn't have a resource type '${type}'\n\n`);
      if (!isOn(line, "quiet")) out("yes\n");
    },
  },
  whoami: {
    flags: { "output,o": "text" },
    async run({ line, out }) {
      if (line.flags.has("output")) throw notInThePlayground('"auth whoami --output"');
      out("ATTRIBUTE   VALUE\nUsername    playground\nGroups      [system:authenticated]\n");
    },
  },
};

function isKind(type: string): boolean {
  try {
    findKind(type);
    return true;
  } catch {
    return false;
  }
}
