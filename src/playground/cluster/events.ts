import { aboutOf, lastSeen, lastTold } from "#playground/cluster/describing/events.ts";
import type { Command, Context } from "./command.ts";
import { KubectlError, notInThePlayground } from "./errors.ts";
import { readState } from "./file.ts";
import { flagOf, isOn } from "./flags.ts";
import { kindOf, readTargets } from "./kinds.ts";
import { listObjects } from "./objects.ts";
import type { KubeObject } from "./state.ts";

/** `kubectl events`: what is told of a namespace, or with `--for` of one object, the latest last. */
export const events: Command = {
  flags: {
    "all-namespaces,A": "bool",
    "chunk-size": "int",
    for: "text",
    "no-headers": "bool",
    "output,o": "text",
    types: "list",
    "watch,w": "bool",
  },
  run,
};

async function run(context: Context): Promise<void> {
  const { line, namespace } = context;
  if (isOn(line, "watch")) throw notInThePlayground('"events --watch"');
  if (line.words.length > 0) throw new KubectlError(`error: unknown command "${line.words.join(" ")}"`);
  const now = Date.now();
  const everywhere = isOn(line, "all-namespaces");
  const state = await readState(context.stateFile);
  const found = listObjects(state, kindOf("events"), everywhere ? null : namespace, now)
    .filter(wantedBy(line))
    .toSorted((one, other) => lastTold(one) - lastTold(other));
  if ((flagOf(line, "output") ?? "") !== "")
    return context.out(context.print({ apiVersion: "v1", items: found, kind: "List", metadata: {} }));
  if (found.length === 0)
    return context.err(everywhere ? "No events found.\n" : `No events found in ${namespace} namespace.\n`);
  const { aligned } = await import("#playground/cluster/printing/tabs.ts");
  const rows = found.map((one) => {
    const { kind, name } = aboutOf(one);
    const place = everywhere ? [one.metadata.namespace] : [];
    return [...place, lastSeen(one, now), one["type"], one["reason"], `${kind}/${name}`, one["message"]];
  });
  const titles = [...(everywhere ? ["NAMESPACE"] : []), "LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"];
  const all = isOn(line, "no-headers") ? rows : [titles, ...rows];
  // Three spaces between columns: one more than describe has.
  context.out(aligned(all.map((cells) => cells.join(" \t"))));
}

function wantedBy(line: Context["line"]): (event: KubeObject) => boolean {
  const types = (line.flags.get("types") ?? []).flatMap((one) => one.split(","));
  const written = flagOf(line, "for");
  const [target] = written === undefined ? [] : readTargets([written]);
  return (event) => {
    const { kind, name } = aboutOf(event);
    const isOfType = types.length === 0 || types.includes(String(event["type"]));
    return isOfType && (target === undefined || (target.kind.kind === kind && target.name === name));
  };
}
