import { dirname, isAbsolute, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

const Entry = z.looseObject({
  "certificate-authority": z.string().optional(),
  "client-certificate": z.string().optional(),
  "client-key": z.string().optional(),
  tokenFile: z.string().optional(),
  exec: z.looseObject({ command: z.string().optional() }).nullish(),
});
const Named = z.looseObject({ cluster: Entry.nullish(), user: Entry.nullish() });
const Kubeconfig = z.looseObject({ clusters: z.array(Named).nullish(), users: z.array(Named).nullish() });

/**
 * The files beside it that a kubeconfig names, in absolute paths: certificates, keys, tokens, and login plugins that are
 * named by a path. Nothing of a text that is none: kubectl says what is wrong with it.
 */
export function filesNamedBy(file: string, text: string): string[] {
  const read = Kubeconfig.safeParse(parsed(text));
  if (!read.success) return [];
  const entries = [...(read.data.clusters ?? []), ...(read.data.users ?? [])];
  const paths = entries.flatMap(({ cluster, user }) => [cluster, user].flatMap((entry) => pathsOf(entry)));
  return [...new Set(paths.map((path) => (isAbsolute(path) ? path : resolve(dirname(file), path))))];
}

function pathsOf(entry: z.infer<typeof Entry> | null | undefined): string[] {
  const command = entry?.exec?.command;
  const files = [
    entry?.["certificate-authority"],
    entry?.["client-certificate"],
    entry?.["client-key"],
    entry?.tokenFile,
    // A bare name is looked for in the PATH.
    command?.includes("/") === true ? command : undefined,
  ];
  return files.filter((path) => path !== undefined && path !== "") as string[];
}

function parsed(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 });
  } catch {
    return null;
  }
}
