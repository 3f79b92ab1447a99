import {
  type Command,
  type Context,
  chosenObjects,
  fileFlags,
  report,
  writeFlags,
  writerOf,
} from "./command.ts";
import { KubectlError, notInThePlayground } from "./errors.ts";
import { changeState } from "./file.ts";
import { dryRunOf, flagOf, goInteger } from "./flags.ts";
import { kindOf } from "./kinds.ts";
import type { DeploymentSpec, KubeObject } from "./state.ts";
import { addObject, findStored } from "./store.ts";
import { targetsOf } from "./targets.ts";

/** `kubectl expose deployment/NAME --port=N`: a service for its pods. */
export const expose: Command = {
  flags: {
    ...fileFlags,
    ...writeFlags,
    "cluster-ip": "text",
    labels: "text",
    name: "text",
    port: "int",
    protocol: "text",
    "save-config": "bool",
    selector: "text",
    "session-affinity": "text",
    "target-port": "text",
    type: "text",
  },
  async run(context) {
    const targets = await targetsOf(context);
    const mode = dryRunOf(context.line);
    const kind = kindOf("services");
    await changeState(context.stateFile, (real) => {
      const state = mode === null ? real : structuredClone(real);
      for (const { kind: of, object } of chosenObjects(context, state, targets, Date.now())) {
        if (of.plural !== "deployments") throw notInThePlayground(`"expose" of a ${of.kind}`);
        const { namespace = "default" } = object.metadata;
        const wanted = serviceFor(context, object);
        if (findStored(state, kind, namespace, wanted.metadata.name) !== null)
          throw new KubectlError(
            `Error from server (AlreadyExists): services "${wanted.metadata.name}" already exists`,
          );
        const added = addObject(state, kind, wanted, { namespace, writer: writerOf(context) });
        report(context, kind, added, "exposed", mode);
      }
    });
  },
};

function serviceFor({ line }: Context, object: KubeObject): KubeObject {
  const spec = object.spec as DeploymentSpec;
  const declared = spec.template.spec.containers.flatMap(
    (one) => (one["ports"] ?? []) as { containerPort: number }[],
  );
  const port = goInteger(flagOf(line, "port") ?? "") ?? declared[0]?.containerPort;
  if (port === undefined)
    throw new KubectlError(
      `error: couldn't find port via --port flag or introspection\nSee 'kubectl expose -h' for help and examples`,
    );
  const target = flagOf(line, "target-port") ?? String(port);
  const targetPort = /^\d+$/.test(target) ? Number(target) : target;
  const name = flagOf(line, "name") || object.metadata.name;
  const { labels } = object.metadata;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name,
      uid: "",
      resourceVersion: "",
      creationTimestamp: "",
      ...(labels === undefined ? {} : { labels }),
    },
    spec: {
      ports: [{ port, protocol: flagOf(line, "protocol") || "TCP", targetPort }],
      selector: spec.selector.matchLabels,
      type: flagOf(line, "type") || "ClusterIP",
    },
  };
}
