import { randomUUID } from "node:crypto";
import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createState } from "./file.ts";
import { firstState } from "./seed.ts";
import { socketOf } from "./serve.ts";

const PERL = "/usr/bin/perl";

/**
 * Puts an executable `kubectl` into `binDir` that works on the cluster in `stateFile`, and writes the first cluster
 * where there is none. It asks the server of `serveKubectl` where one is there. `node` is the absolute path of the Node that runs it. Returns what it reads and writes to work, for
 * whoever keeps programs from seeing the rest. A POSIX shell script: not for Windows.
 */
export async function installKubectl(options: {
  binDir: string;
  stateFile: string;
  node: string;
}): Promise<{ readOnly: string[]; readWrite: string[] }> {
  await mkdir(options.binDir, { recursive: true });
  await createState(options.stateFile, firstState(Date.now()));
  const entry = fileURLToPath(new URL("./kubectl.ts", import.meta.url));
  // Older Nodes warn on stderr that they strip types; the warning would stand in every step's log.
  const command = [options.node, "--disable-warning=ExperimentalWarning", entry, options.stateFile];
  const client = fileURLToPath(new URL("./client.pl", import.meta.url));
  const socket = socketOf(options.stateFile);
  const served = [PERL, client, socket, String(command.length), ...command].map(quote).join(" ");
  const script = `#!/bin/sh
# The playground's kubectl: works on a file, reaches no cluster.
# Without its compile cache every call strips the types of a dozen files again: 140 ms instead of 55.
export NODE_COMPILE_CACHE=${quote(`${options.stateFile}.cache`)}
[ -S ${quote(socket)} ] && [ -x ${PERL} ] && exec ${served} "$@"
exec ${command.map(quote).join(" ")} "$@"
`;
  const target = join(options.binDir, "kubectl");
  const draft = `${target}.${randomUUID()}`;
  await writeFile(draft, script);
  await chmod(draft, 0o755);
  await rename(draft, target);
  const program = fileURLToPath(new URL("../../../", import.meta.url));
  const yaml = dirname(fileURLToPath(import.meta.resolve("yaml/package.json")));
  // Without the package's own file Node does not know what kind of modules these are, and says so on stderr.
  // Packages may be links to where they are kept: Node looks by the first path.
  const packages = [join(program, "node_modules", "yaml"), yaml];
  const own = [options.binDir, options.node, dirname(entry), join(program, "package.json")];
  const readOnly = [...own, ...packages];
  return { readOnly, readWrite: [dirname(options.stateFile)] };
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
