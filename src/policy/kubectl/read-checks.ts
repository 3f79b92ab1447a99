import { refused } from "#policy/finding.ts";
import { kindOf } from "#policy/manifests/kinds.ts";
import { isHarmlessLoose } from "./field-paths.ts";
import { flagOf } from "./line.ts";
import type { Check } from "./subject.ts";

/** `kubectl get`: the order of hidden values tells what they are, a guess at a time. */
export const checkGet: Check = ({ line, kinds, inputs }) => {
  const order = flagOf(line, "--sort-by");
  if (order === null) return { findings: [] };
  if (kinds.includes("secrets") || inputs.unread) {
    return /^\{?\.?metadata\.[A-Za-z]+\}?$/.test(order)
      ? { findings: [] }
      : { findings: [refused("ordering secrets by what they hold tells what they hold")] };
  }
  if (isHarmlessLoose(order, hasStranger(kinds))) return { findings: [] };
  return {
    findings: [
      refused(`--sort-by=${order} is not on the list of fields that hold no secret: the order tells it`),
    ],
  };
};

/** `kubectl wait`: a condition on a hidden value answers guesses. */
export const checkWait: Check = ({ line, kinds, inputs }) => {
  const condition = flagOf(line, "--for");
  if (condition === null) return { findings: [refused("it names nothing to wait for (--for)")] };
  if (!/^jsonpath/i.test(condition)) return { findings: [] };
  if (kinds.includes("secrets") || inputs.unread)
    return { findings: [refused("waiting for what a secret holds tells what it holds")] };
  const path = /^jsonpath=(\{[^{}]*\}|[^{}()[\]=]+)(=.*)?$/is.exec(condition)?.[1];
  if (path !== undefined && isHarmlessLoose(path, hasStranger(kinds))) return { findings: [] };
  return {
    findings: [refused(`${condition} is not on the list of fields that hold no secret: it tells it`)],
  };
};

/** `kubectl describe`: it writes the name of a config map's entry on one line and the value on others, so that no rule can tell what is secret. */
export const checkDescribe: Check = ({ kinds }) => ({
  findings: kinds.includes("configmaps")
    ? [
        refused(
          "describing a config map parts its values from their names, and without its name no value can be redacted. Use get configmap NAME -o yaml",
        ),
      ]
    : [],
});

/** `kubectl apply view-last-applied`: of a secret it prints the data, in each of its formats. */
export const checkLastApplied: Check = ({ kinds, inputs }) => {
  const isOpen = !kinds.includes("secrets") && !inputs.unread;
  return {
    findings: isOpen ? [] : [refused("its output would hold secret data, or may: its manifest was not read")],
  };
};

/** `kubectl kustomize`: prints what it builds, so nothing may be secret in it. */
export const checkKustomize: Check = ({ line, inputs }) => {
  if (line.operands.length > 1) return { findings: [refused("it takes one directory")] };
  const holds = inputs.objects.some(({ known }) => known?.nature === "secret");
  return { findings: holds ? [refused("its output would hold secret data")] : [] };
};

function hasStranger(kinds: readonly string[]): boolean {
  return kinds.some((kind) => kindOf(kind) === null);
}
