import { type Command, chosenObjects, fileFlags, report, writeFlags, writerOf } from "./command.ts";
import { KubectlError } from "./errors.ts";
import { changeState } from "./file.ts";
import { dryRunOf, flagOf, goInteger } from "./flags.ts";
import { kindOf } from "./kinds.ts";
import type { KubeObject } from "./state.ts";
import { addObject, findStored } from "./store.ts";
import { targetsOf } from "./targets.ts";

/** `kubectl autoscale`: an autoscaler that measures nothing, and keeps the count between its bounds. */
export const autoscale: Command = {
  flags: {
    ...fileFlags,
    ...writeFlags,
    max: "int",
    min: "int",
    "cpu-percent": "int",
    name: "text",
    "save-config": "bool",
  },
  async run(context) {
    const { line } = context;
    const number = (flag: string) => goInteger(flagOf(line, flag) ?? "-1") ?? -1;
    const [max, min, cpu] = [number("max"), number("min"), number("cpu-percent")];
    if (!line.flags.has("max")) throw new KubectlError('error: required flag(s) "max" not set');
    if (max < 1)
      throw new KubectlError(`error: --max=MAXPODS is required and must be at least 1, max: ${max}`);
    if (max < min)
      throw new KubectlError(
        `error: --max=MAXPODS must be larger or equal to --min=MINPODS, max: ${max}, min: ${min}`,
      );
    const targets = await targetsOf(context);
    const mode = dryRunOf(line);
    const scaler = kindOf("horizontalpodautoscalers");
    await changeState(context.stateFile, (real) => {
      const state = mode === null ? real : structuredClone(real);
      for (const { kind, object } of chosenObjects(context, state, targets, Date.now())) {
        if (kind.plural !== "deployments")
          throw new KubectlError(
            `error: cannot autoscale a ${kind.kind}: the server could not find the requested resource`,
          );
        const { namespace = "default", name: target } = object.metadata;
        const name = flagOf(line, "name") || target;
        if (findStored(state, scaler, namespace, name) !== null)
          throw new KubectlError(
            `Error from server (AlreadyExists): horizontalpodautoscalers.autoscaling "${name}" already exists`,
          );
        const wanted = scalerOf({ name, target, max, min, cpu });
        const added = addObject(state, scaler, wanted, { namespace, writer: writerOf(context) });
        report(context, scaler, added, "autoscaled", mode);
      }
    });
  },
};

function scalerOf(wanted: {
  name: string;
  target: string;
  max: number;
  min: number;
  cpu: number;
}): KubeObject {
  const { name, target, max, min, cpu } = wanted;
  const averageUtilization = cpu < 0 ? 80 : cpu;
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name, uid: "", resourceVersion: "", creationTimestamp: "" },
    spec: {
      maxReplicas: max,
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization } } },
      ],
      minReplicas: min < 0 ? 1 : min,
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: target },
    },
  };
}
