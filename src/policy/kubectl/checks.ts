import { type Finding, high, low, medium, refused } from "#policy/finding.ts";
import { isWeighty, WEIGHT } from "#policy/manifests/annotations.ts";
import { judgeImages } from "#policy/manifests/images.ts";
import { judgePatchText, whyNoPatch } from "#policy/manifests/patch.ts";
import type { PatchedKind } from "#policy/manifests/patch-fields.ts";
import { judgeObject } from "#policy/manifests/risk.ts";
import { fromRoot } from "#policy/paths.ts";
import { judgeReplicas } from "#policy/replicas.ts";
import { judgeVariables } from "#policy/variables.ts";
import { flagOf, type KubectlLine } from "./line.ts";
import type { Check, Checked } from "./subject.ts";

/** `kubectl scale`: Go reads `0x0`, `+0` and `0_0` as zero (measured on a real deployment), so only plain decimals pass. */
export const checkScale: Check = ({ line, policy }) => {
  const replicas = flagOf(line, "--replicas");
  const findings: Finding[] = judgeReplicas([replicas], policy);
  if (!isPlain(replicas)) findings.push(refused("--replicas must be a plain number below 10000"));
  else if (replicas === "0") findings.push(high("it scales to zero"));
  const current = flagOf(line, "--current-replicas");
  if (current === null) return { findings };
  if (!isPlain(current))
    findings.push(refused("--current-replicas must be a plain number; -1 would switch it off"));
  const [only, ...others] = line.resources;
  if (others.length > 0 || only?.name == null) {
    findings.push(refused("--current-replicas is for one target that is named"));
  }
  return { findings };
};

/** `kubectl autoscale`: both ends plain numbers above zero. */
export const checkAutoscale: Check = ({ line, policy }) => {
  const findings = judgeReplicas([flagOf(line, "--min"), flagOf(line, "--max")], policy);
  for (const name of ["--min", "--max", "--cpu-percent"]) {
    const value = flagOf(line, name);
    const isMissing = value === null && name === "--max";
    if (isMissing || (value !== null && (!isPlain(value) || value === "0"))) {
      findings.push(refused(`${name} must be a plain number above zero`));
    }
  }
  return { findings };
};

/** `kubectl set image`: CONTAINER=IMAGE each. */
export const checkContainers: Check = ({ line, policy }) => {
  if (line.operands.length === 0) return { findings: [refused("it names no image (CONTAINER=IMAGE)")] };
  const images = line.operands.map((pair) => pair.slice(pair.indexOf("=") + 1));
  return { findings: judgeImages(images, policy) };
};

/** `kubectl set env`: a secret's values put into a service's environment are for a person to see; a list changes nothing. */
export const checkEnv: Check = ({ line }) => {
  const from = flagOf(line, "--from");
  const pairs = [...line.operands, ...(line.flags.get("--env") ?? [])];
  if (pairs.includes("-")) return { findings: [refused("it reads from what is typed, and nobody types")] };
  if (isOn(line, "--list") && pairs.length === 0 && from === null) return listing("lists the environment");
  if (pairs.length === 0 && from === null)
    return { findings: [refused("it names nothing to set (KEY=VALUE or KEY-)")] };
  const findings = judgeVariables([
    ...pairs.map((pair) => pair.replace(/(=.*|-)$/s, "")),
    ...namesTaken(line),
  ]);
  if (from === null || /^(cm|configmaps?)\/[a-z0-9.-]+$/.test(from)) return { findings };
  return { findings: [...findings, high(`it takes its values from ${from}`)] };
};

/** What variables `--from` makes: kubectl writes each key with the prefix before it, in capitals, other signs as `_`. */
function namesTaken(line: KubectlLine): string[] {
  const keys = (line.flags.get("--keys") ?? []).flatMap((value) => value.split(","));
  const prefix = flagOf(line, "--prefix") ?? "";
  return keys.map((key) => prefix + key.replaceAll(/[^A-Za-z0-9_]/g, "_").toUpperCase());
}

/** Notes that Kubernetes keeps itself: by them a later apply takes fields away, and a rollback goes to another revision. */
const KEPT =
  /^(kubectl\.kubernetes\.io\/last-applied-configuration|deployment\.kubernetes\.io\/|deprecated\.(daemonset|deployment)\.)/i;

const OWN_NOTE = "is Kubernetes' own note, and says what a later apply takes away or where a rollback goes";

/** `kubectl label` and `annotate`: with --list alone they only read. */
export const checkList: Check = ({ line, kinds, inputs }) => {
  const isNote = line.verb === "annotate";
  // The manifest a secret was last applied from stands in one of them, data and all.
  if (isNote && isOn(line, "--list") && (kinds.includes("secrets") || inputs.unread)) {
    return { findings: [refused("an annotation of a secret can hold its data, and a list prints it")] };
  }
  if (line.operands.length > 0) {
    const keys = line.operands.map((word) => /^[^=]*/.exec(word)?.[0].replace(/-$/, "") ?? "");
    const weighty = keys.filter(isWeighty).map((key) => high(`${key} ${WEIGHT}`));
    const kept = keys.filter((key) => KEPT.test(key));
    return { findings: [...weighty, ...kept.map((key) => high(`${key} ${OWN_NOTE}`))] };
  }
  if (isOn(line, "--list")) return listing("lists");
  return { findings: [refused("it names nothing to change (KEY=VALUE or KEY-)")] };
};

/** `kubectl apply` and `create` of manifests: judged by what these hold, where they are known. */
export const checkApply: Check = ({ line, inputs, policy }) => {
  const findings = inputs.objects.flatMap((object) => judgeObject(object, policy));
  if (inputs.unread) findings.push(medium("its manifests were not read, so only the line is judged"));
  if (flagOf(line, "--subresource") !== null) findings.push(high("it writes a subresource"));
  return { findings };
};

/** `kubectl create deployment`, `create cronjob` and `run`: where the image comes from, what it is told to run, and how many. */
export const checkCreate: Check = ({ line, policy }) => {
  const images = (line.flags.get("--image") ?? []).flatMap((value) => value.split(","));
  const findings =
    images.length === 0 ? [refused("it names no image (--image)")] : judgeImages(images, policy);
  const replicas = flagOf(line, "--replicas");
  if (replicas !== null && !isPlain(replicas)) findings.push(refused("--replicas must be a plain number"));
  if (replicas === "0") findings.push(high("it creates what does not run"));
  findings.push(...judgeReplicas([replicas], policy));
  if (line.operands[0] === "--") findings.push(high("it runs a command of its own, as kubectl run does"));
  if (flagOf(line, "--overrides") !== null) findings.push(high("it overrides the pod's own spec"));
  return { findings };
};

/** `kubectl create job`: from an image, or as a cron job would. */
export const checkCreateFrom: Check = (subject) => {
  const from = flagOf(subject.line, "--from");
  if (from === null) return checkCreate(subject);
  // kubectl itself takes neither an image nor a command beside it.
  if (subject.line.operands.length > 0 || subject.line.flags.has("--image")) return checkCreate(subject);
  return {
    findings: /^(cj|cronjobs?)(\.[a-z0-9.]+)?\/[a-z0-9.-]+$/.test(from)
      ? []
      : [refused(`"${from}" is not cronjob/NAME`)],
  };
};

/** `kubectl patch`: by what the patch changes. */
export const checkPatch: Check = ({ line, dir, files, policy, kinds }) => {
  const inline = flagOf(line, "--patch");
  const path = flagOf(line, "--patch-file");
  const type = flagOf(line, "--type") ?? "strategic";
  if (type !== "strategic" && type !== "merge" && type !== "json") {
    return { findings: [refused(`--type is strategic, merge or json, not "${type}"`)] };
  }
  if ((inline === null) === (path === null))
    return { findings: [refused("it needs one patch (-p or --patch-file)")] };
  const subresource = flagOf(line, "--subresource");
  // The scale of a workload is its replicas, which a patch may set.
  const written = subresource === null || subresource === "scale" ? [] : [high("it writes a subresource")];
  const text = inline ?? files?.get(fromRoot(dir, path ?? "") ?? "");
  if (text === undefined) return { findings: [...written, high("its patch was not read")] };
  const strange = inline === null ? whyNoPatch(text) : null;
  if (strange !== null) return { findings: [refused(`"${path}" is no patch: ${strange}`)] };
  const kind = patchedKind(line, kinds, inline !== null);
  return { findings: [...written, ...judgePatchText(text, type, policy, kind)] };
};

/**
 * The kind whose fields count. A config map's only where the patch stands in the line: a file may be anything, and would be
 * copied to where more people read it.
 */
function patchedKind(line: KubectlLine, kinds: readonly string[], isInline: boolean): PatchedKind | null {
  const [only, another] = kinds;
  if (another !== undefined || line.resources.length === 0) return null;
  if (only === "configmaps") return isInline ? only : null;
  return only === "horizontalpodautoscalers" || only === "cronjobs" ? only : null;
}

function isPlain(value: string | null): boolean {
  return value !== null && /^(0|[1-9][0-9]{0,3})$/.test(value);
}

function isOn(line: KubectlLine, name: string): boolean {
  return flagOf(line, name) === "true";
}

function listing(reason: string): Checked {
  return { findings: [low(reason)], instead: true };
}
