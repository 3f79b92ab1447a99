import { type Context, chosenObjects, report, writerOf } from "./command.ts";
import { notInThePlayground } from "./errors.ts";
import { changeState } from "./file.ts";
import { dryRunOf } from "./flags.ts";
import type { Kind, Target } from "./kinds.ts";
import type { KubeObject } from "./state.ts";
import { editStored, findStored, liveOf } from "./store.ts";

/** Changes an object in place. */
export type Edit = (object: KubeObject, kind: Kind) => void;

/**
 * Lets `edit` work on each object the targets mean and reports it. `say` gives kubectl's word for what was done, null to
 * say nothing. A dry run works on a copy, which is then forgotten.
 */
export async function editChosen(
  context: Context,
  targets: Target[],
  edit: Edit,
  say: (changed: boolean, object: KubeObject) => string | null,
): Promise<void> {
  const mode = dryRunOf(context.line);
  await changeState(context.stateFile, (real) => {
    const now = Date.now();
    const state = mode === null ? real : structuredClone(real);
    for (const { kind, object } of chosenObjects(context, state, targets, now)) {
      const { name, namespace = "" } = object.metadata;
      const stored = findStored(state, kind, namespace, name);
      if (stored === null) throw notInThePlayground(`"${context.path}" of a ${kind.kind}`);
      const options = { dryRun: mode !== null, now, writer: writerOf(context) };
      const changed = editStored(state, stored, options, (one) => edit(one, kind));
      const done = say(changed, stored.object);
      if (done !== null) report(context, kind, liveOf(stored, now), done, mode);
    }
  });
}
