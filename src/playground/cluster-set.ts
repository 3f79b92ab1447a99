import {
  type Command,
  chosenObjects,
  fileFlags,
  report,
  selectFlags,
  touch,
  writeFlags,
} from "./cluster-command.ts";
import { KubectlError } from "./cluster-errors.ts";
import { dryRunOf } from "./cluster-flags.ts";
import { readTargets, requireResource } from "./cluster-kinds.ts";
import { getDeployment } from "./cluster-objects.ts";
import { schedule } from "./cluster-pods.ts";
import { type Container, changeState } from "./cluster-state.ts";

/** `kubectl set image`: puts images on containers by name, `*` for all; says nothing when nothing changed, as kubectl does. */
export const setImage: Command = {
  flags: { ...selectFlags, ...fileFlags, ...writeFlags, local: "bool", record: "bool" },
  async run(context) {
    const { line } = context;
    const pairs = line.words
      .filter((word) => word.includes("="))
      .map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)] as const);
    const words = line.words.filter((word) => !word.includes("="));
    requireResource(words, line.flags.get("filename"));
    const targets = readTargets(words);
    if (pairs.length === 0) throw new KubectlError("error: at least one image update is required");
    const dryRun = dryRunOf(line);
    await changeState(context.stateFile, (state) => {
      const now = Date.now();
      for (const { kind, object } of chosenObjects(context, state, targets, now)) {
        if (kind.plural !== "deployments")
          throw new KubectlError(
            `error: ${kind.plural}/${object.metadata.name} the object is not a pod or does not have a pod template: *v1.${kind.kind}`,
          );
        const deployment = getDeployment(state, context.namespace, object.metadata.name);
        const { spec } = deployment.object;
        const containers = withImages(spec.template.spec.containers, pairs);
        if (JSON.stringify(containers) === JSON.stringify(spec.template.spec.containers)) continue;
        if (dryRun === null) {
          spec.template = { ...spec.template, spec: { ...spec.template.spec, containers } };
          touch(state, deployment.object, true);
          schedule(deployment, now);
        }
        report(context, kind, deployment.object, "image updated", dryRun);
      }
    });
  },
};

function withImages(containers: Container[], pairs: (readonly [string, string])[]): Container[] {
  return pairs.reduce((changed, [name, image]) => {
    if (image === "") throw new KubectlError(`error: invalid image name for container "${name}"`);
    if (name !== "*" && !changed.some((container) => container.name === name))
      throw new KubectlError(`error: unable to find container named "${name}"`);
    return changed.map((container) =>
      name === "*" || container.name === name ? { ...container, image } : container,
    );
  }, containers);
}
