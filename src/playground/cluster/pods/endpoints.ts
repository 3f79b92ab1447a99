import { uidOf } from "#playground/cluster/identity.ts";
import type { KubeObject, PodPlan, State } from "#playground/cluster/state.ts";
import { podAddress } from "./live.ts";
import { isReady, podsAt } from "./times.ts";

type Port = { name?: string; port: number; protocol?: string; targetPort?: number | string };
type Found = { ready: PodPlan[]; unready: PodPlan[]; ports: Port[] };

/** Where each service leads: the addresses of the pods that its selector finds, as the endpoints controller writes them. */
export function endpointsOf(state: State, now: number): KubeObject[] {
  return servicesOf(state).map((service) => {
    const { ready, unready, ports } = foundBy(state, service, now);
    const addresses = (pods: readonly PodPlan[]) => pods.map((pod) => addressOf(pod, service));
    const told = {
      ...(ready.length === 0 ? {} : { addresses: addresses(ready) }),
      ...(unready.length === 0 ? {} : { notReadyAddresses: addresses(unready) }),
    };
    const isEmpty = ready.length + unready.length === 0;
    return {
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: besideOf(service, service.metadata.name),
      ...(isEmpty ? {} : { subsets: [{ ...told, ports }] }),
    };
  });
}

/** The same as slices, of which a service here has just one. */
export function endpointSlicesOf(state: State, now: number): KubeObject[] {
  return servicesOf(state).map((service) => {
    const { name, uid } = service.metadata;
    const { ready, unready, ports } = foundBy(state, service, now);
    const metadata = besideOf(service, `${name}-${uidOf(`${uid}/slice`).slice(0, 5)}`);
    const endpointOf = (pod: PodPlan, isUp: boolean) => ({
      addresses: [podAddress(pod.name)],
      conditions: { ready: isUp, serving: isUp, terminating: false },
      nodeName: "playground",
      targetRef: addressOf(pod, service).targetRef,
    });
    return {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { ...metadata, labels: { ...metadata.labels, "kubernetes.io/service-name": name } },
      addressType: "IPv4",
      endpoints: [
        ...ready.map((pod) => endpointOf(pod, true)),
        ...unready.map((pod) => endpointOf(pod, false)),
      ],
      ports: ready.length + unready.length === 0 ? [] : ports,
    };
  });
}

/** A service without a selector leads where somebody says by hand, which nobody can here. */
function servicesOf({ others }: State): KubeObject[] {
  return others.filter(({ kind, spec }) => kind === "Service" && spec?.["selector"] !== undefined);
}

function foundBy(state: State, { metadata, spec }: KubeObject, now: number): Found {
  const wanted = Object.entries((spec?.["selector"] ?? {}) as Record<string, string>);
  const pods = state.deployments
    .filter(({ object }) => object.metadata.namespace === metadata.namespace)
    .flatMap((one) => podsAt(one, now))
    .filter((pod) => wanted.length > 0 && wanted.every(([key, value]) => labelsOf(pod)[key] === value))
    // A pod has an address once it has a node.
    .filter(({ trouble }) => trouble !== "Unschedulable");
  const ports = ((spec?.["ports"] ?? []) as Port[]).map((port) => reached(port, pods[0]));
  return {
    ready: pods.filter((pod) => isReady(pod, now)),
    unready: pods.filter((pod) => !isReady(pod, now)),
    ports,
  };
}

function labelsOf({ template, hash }: PodPlan): Record<string, string> {
  return { ...template.metadata.labels, "pod-template-hash": hash };
}

/** The port of the pod: its number, or the one that a container gives the name. */
function reached({ name, port, protocol = "TCP", targetPort = port }: Port, pod: PodPlan | undefined): Port {
  const named = (pod?.template.spec.containers ?? [])
    .flatMap((one) => (one["ports"] ?? []) as { name?: string; containerPort: number }[])
    .find((one) => one.name === targetPort);
  const number = typeof targetPort === "number" ? targetPort : (named?.containerPort ?? port);
  return { ...(name === undefined ? {} : { name }), port: number, protocol };
}

function addressOf({ name }: PodPlan, { metadata: { namespace = "default" } }: KubeObject) {
  const targetRef = { kind: "Pod", name, namespace };
  return { ip: podAddress(name), nodeName: "playground", targetRef };
}

function besideOf({ metadata }: KubeObject, name: string): KubeObject["metadata"] {
  const { labels, creationTimestamp, resourceVersion } = metadata;
  const namespace = metadata.namespace ?? "default";
  const base = { name, namespace, uid: uidOf(`${metadata.uid}/${name}/endpoints`) };
  return { ...base, resourceVersion, creationTimestamp, ...(labels === undefined ? {} : { labels }) };
}
