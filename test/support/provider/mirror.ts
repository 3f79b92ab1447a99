import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Schemas } from "./schema.ts";

/** The providers terraform finds on disk, in place of a registry's. */
export type Mirror = {
  /** What a settings file of terraform says, so that it finds them and looks nowhere else. */
  settings: string;
  /** The lock file of a root that needs these providers, such as `aws`, `google`. */
  lockFile: (names: readonly string[]) => string;
};

const VERSION = "5.0.0";
const PLATFORM = `linux_${process.arch === "x64" ? "amd64" : process.arch}`;

/** Lays out a mirror of providers of hashicorp's, each the one in serve.ts with its own schemas. */
export async function makeMirror(folder: string, providers: ReadonlyMap<string, Schemas>): Promise<Mirror> {
  const serve = fileURLToPath(new URL("serve.ts", import.meta.url));
  const hashes = new Map<string, string>();
  for (const [name, schemas] of providers) {
    const directory = join(folder, "registry.terraform.io", "hashicorp", name, VERSION, PLATFORM);
    const program = `terraform-provider-${name}_v${VERSION}`;
    const schemaFile = join(folder, `${name}.json`);
    await mkdir(folder, { recursive: true });
    await writeFile(schemaFile, JSON.stringify(schemas));
    const text = `#!${process.execPath}\nimport(${JSON.stringify(serve)}).then(({ serve }) => serve(${JSON.stringify(schemaFile)}));\n`;
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, program), text, { mode: 0o755 });
    hashes.set(name, hashOf(program, text));
  }
  return {
    settings: `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(folder)}\n  }\n}\n`,
    lockFile: (wanted) =>
      wanted
        .map(
          (name) =>
            `provider "registry.terraform.io/hashicorp/${name}" {\n  version = "${VERSION}"\n  hashes = ["${hashes.get(name)}"]\n}\n`,
        )
        .join("\n"),
  };
}

/** How terraform names what a package holds: a hash over the list of its files with their hashes. */
function hashOf(file: string, text: string): string {
  const inner = createHash("sha256").update(text).digest("hex");
  return `h1:${createHash("sha256").update(`${inner}  ${file}\n`).digest("base64")}`;
}
