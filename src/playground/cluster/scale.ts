import {
  type Command,
  type Context,
  chosenObjects,
  fileFlags,
  report,
  selectFlags,
  writeFlags,
  writerOf,
} from "./command.ts";
import { KubectlError } from "./errors.ts";
import { changeState } from "./file.ts";
import { dryRunOf, flagOf, goInteger } from "./flags.ts";
import type { State } from "./state.ts";
import { editStored, findStored, liveOf, type Stored } from "./store.ts";
import { targetsOf } from "./targets.ts";

/** `kubectl scale`: sets the replicas of deployments, with the precondition of --current-replicas. */
export const scale: Command = {
  flags: {
    ...selectFlags,
    ...fileFlags,
    ...writeFlags,
    replicas: "int",
    "current-replicas": "int",
    "resource-version": "text",
    timeout: "duration",
  },
  async run(context) {
    const { line } = context;
    if (flagOf(line, "replicas") === undefined)
      throw new KubectlError('error: required flag(s) "replicas" not set');
    const replicas = goInteger(flagOf(line, "replicas") ?? "") ?? -1;
    const dryRun = dryRunOf(line);
    if (replicas < 0)
      throw new KubectlError(
        "error: The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0",
      );
    const targets = await targetsOf(context);
    await changeState(context.stateFile, (state) => {
      const now = Date.now();
      const chosen = chosenObjects(context, state, targets, now);
      if (chosen.length === 0) throw new KubectlError("error: no objects passed to scale");
      for (const { kind, object } of chosen) {
        // As kubectl does it: in the client nothing is asked of the server, the precondition least of all.
        if (dryRun === "client") {
          report(context, kind, object, "scaled", dryRun);
          continue;
        }
        const stored = findStored(state, kind, object.metadata.namespace ?? "default", object.metadata.name);
        if (stored === null || !/^(deployments|statefulsets)$/.test(kind.plural))
          throw new KubectlError(
            "Error from server (NotFound): the server could not find the requested resource",
          );
        const live = setReplicas(context, state, stored, dryRun === null ? replicas : null, now);
        report(context, kind, live, "scaled", dryRun);
      }
    });
  },
};

function setReplicas(context: Context, state: State, stored: Stored, replicas: number | null, now: number) {
  const { spec = {}, metadata } = stored.object;
  const expected = goInteger(flagOf(context.line, "current-replicas") ?? "-1") ?? -1;
  if (expected !== -1 && expected !== spec["replicas"])
    throw new KubectlError(`error: Expected replicas to be ${expected}, was ${String(spec["replicas"])}`);
  const version = flagOf(context.line, "resource-version");
  if (version !== undefined && version !== metadata.resourceVersion)
    throw new KubectlError(
      `error: Expected resource version to be ${version}, was ${metadata.resourceVersion}`,
    );
  if (replicas !== null) {
    editStored(state, stored, { dryRun: false, now, writer: writerOf(context) }, () => {
      spec["replicas"] = replicas;
    });
  }
  return liveOf(stored, now);
}
