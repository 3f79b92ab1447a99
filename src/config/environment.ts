import { readFile } from "node:fs/promises";
import { parseEnv } from "node:util";

/** The environment with what a .env file adds to it; what is set for real wins. Throws when there is a file that cannot be read. */
export async function readEnvironment(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Record<string, string | undefined>> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return "";
    throw new Error(`${file} is there and cannot be read. Mend its rights, or take it away.`, { cause });
  });
  return { ...parseEnv(text), ...env };
}
