import type { Policy } from "#policy/document.ts";
import { type Finding, high, medium } from "#policy/finding.ts";
import { countsIn, judgeReplicas } from "#policy/replicas.ts";
import { isWeighty, WEIGHT } from "./annotations.ts";
import { judgeImages } from "./images.ts";
import type { ManifestObject } from "./manifest.ts";
import { judgePodSpec } from "./pod.ts";
import { type Fields, fieldsOf } from "./yaml.ts";

/** What putting one object into the cluster means: medium for a harmless kind with nothing odd in it, else high. */
export function judgeObject(object: ManifestObject, policy: Policy): Finding[] {
  const { known, kind, body, name } = object;
  const what = `${kind}${name === null ? "" : ` ${name}`}`;
  const findings = judgeMetadata(body["metadata"]);
  if (known === null || (known.nature !== "workload" && known.nature !== "plain")) {
    return [...findings, high(`it holds ${what}, a kind that a person has to look at`)].map(about(what));
  }
  findings.push(...judgeFields(known.name, body, kind));
  if (known.name !== "configmaps") findings.push(...judgeSpec(known.name, body["spec"], policy));
  return [medium(`it holds ${what}`), ...findings.map(about(what))];
}

const OF_ANY = ["apiVersion", "kind", "metadata"];
const OF_CONFIG_MAPS = [...OF_ANY, "data", "binaryData", "immutable"];
const OF_OTHERS = [...OF_ANY, "spec", "status"];

/** A field that its kind has not is dropped by the server, unless something on the way makes another kind of the object. */
function judgeFields(name: string, body: Fields, kind: string): Finding[] {
  const known = name === "configmaps" ? OF_CONFIG_MAPS : OF_OTHERS;
  const strange = Object.keys(body).filter((key) => !known.includes(key));
  return strange.map((key) => high(`it has ${key}, which no ${kind} has`));
}

function about(what: string): (finding: Finding) => Finding {
  return ({ risk, reason }) => ({ risk, reason: reason.includes(what) ? reason : `${what}: ${reason}` });
}

/** Whose child an object is, and what must happen before it goes, is not for a manifest to say. */
function judgeMetadata(value: unknown): Finding[] {
  const metadata = fieldsOf(value);
  if (metadata === null) return [high("it has no plain metadata")];
  const findings = ["finalizers", "ownerReferences", "deletionTimestamp"]
    .filter((key) => metadata[key] !== undefined)
    .map((key) => high(`it sets ${key}`));
  if (!isNameless(metadata["namespace"])) findings.push(high("its namespace is no plain name"));
  for (const kind of ["annotations", "labels"]) {
    const notes = fieldsOf(metadata[kind] ?? {});
    if (notes === null) return [...findings, high(`its ${kind} are no mapping`)];
    findings.push(
      ...Object.keys(notes)
        .filter(isWeighty)
        .map((key) => high(`its ${kind} have ${key}: it ${WEIGHT}`)),
    );
  }
  return findings;
}

function isNameless(namespace: unknown): boolean {
  return namespace === undefined || (typeof namespace === "string" && /^[a-z0-9][a-z0-9-]*$/.test(namespace));
}

function judgeSpec(kind: string, value: unknown, policy: Policy): Finding[] {
  const spec = fieldsOf(value);
  if (spec === null) return [high("it has no spec")];
  return [...judgeReplicas(countsIn(spec), policy), ...judgeKind(kind, spec, policy)];
}

function judgeKind(kind: string, spec: Fields, policy: Policy): Finding[] {
  switch (kind) {
    case "horizontalpodautoscalers":
      return isCount(spec["minReplicas"]) && isCount(spec["maxReplicas"] ?? null)
        ? []
        : [high("its minReplicas or maxReplicas is not a plain number above zero")];
    case "pods":
      return judgePod({ spec }, policy);
    case "cronjobs":
      return judgeTemplate(fieldsOf(spec["jobTemplate"]), policy);
    default:
      return [...judgeCounts(spec), ...judgePod(spec["template"], policy)];
  }
}

function judgeTemplate(template: Fields | null, policy: Policy): Finding[] {
  const spec = fieldsOf(template?.["spec"]);
  if (spec === null) return [high("it has no job template")];
  return [...judgeReplicas(countsIn(spec), policy), ...judgePod(spec["template"], policy)];
}

function judgeCounts(spec: Fields): Finding[] {
  const findings: Finding[] = [];
  if (!isCount(spec["replicas"])) findings.push(high("its replicas are zero, or not a plain number"));
  for (const key of ["volumeClaimTemplates", "persistentVolumeClaimRetentionPolicy"]) {
    if (spec[key] !== undefined) findings.push(high(`its ${key} makes or deletes volumes`));
  }
  return findings;
}

function isCount(value: unknown): boolean {
  return (
    value === undefined ||
    (typeof value === "number" && Number.isInteger(value) && value > 0 && value < 10_000)
  );
}

function judgePod(value: unknown, policy: Policy): Finding[] {
  const pod = fieldsOf(value);
  if (pod === null) return [high("it has no pod template")];
  const metadata = pod["metadata"] === undefined ? [] : judgeMetadata(pod["metadata"] ?? {});
  return [...metadata, ...judgePodSpec(pod["spec"]), ...judgeImages(imagesOf(pod["spec"]), policy)];
}

function imagesOf(spec: unknown): unknown[] {
  const fields = fieldsOf(spec) ?? {};
  return ["containers", "initContainers"].flatMap((key) => {
    const containers = fields[key];
    if (!Array.isArray(containers)) return [];
    return containers.map((container) => fieldsOf(container)?.["image"] ?? null);
  });
}
