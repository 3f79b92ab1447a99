import type { Template } from "#playground/cluster/state.ts";

/** What CHANGE-CAUSE says of a revision. */
export function causeOf({ metadata }: Template): string {
  return metadata.annotations?.["kubernetes.io/change-cause"] ?? "<none>";
}

/** A revision's pods, the way `describe` lays them out. */
export function templateLines({ metadata, spec }: Template): string[] {
  const pairs = (title: string, values: Record<string, string>) =>
    Object.entries(values).map(([key, value], index) => `${index === 0 ? title : "\t"}${key}=${value}`);
  const containers = spec.containers.flatMap(({ name, image, env }) => [
    `   ${name}:`,
    `    Image:\t${image}`,
    ...(Array.isArray(env) ? ["    Environment:", ...env.map(envLine)] : ["    Environment:\t<none>"]),
  ]);
  return [
    "Pod Template:",
    ...pairs("  Labels:\t", metadata.labels ?? {}),
    ...pairs("  Annotations:\t", metadata.annotations ?? {}),
    "  Containers:",
    ...containers,
    "  Volumes:\t<none>",
  ];
}

function envLine(entry: unknown): string {
  const { name, value } = entry as { name?: unknown; value?: unknown };
  return `      ${String(name)}:\t${String(value ?? "")}`;
}
