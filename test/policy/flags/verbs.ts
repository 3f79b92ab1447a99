import { VERBS as KUBECTL } from "#policy/kubectl/verbs.ts";
import { VERBS as TERRAFORM } from "#policy/terraform/verbs.ts";

/** Every verb of kubectl that policy lets through, and the groups they stand in; "" is kubectl itself. */
export function kubectlVerbs(): string[] {
  const verbs = Object.keys(KUBECTL).flatMap((verb) =>
    verb.split(" ").map((_, index, words) => words.slice(0, index + 1).join(" ")),
  );
  return [...new Set(["", ...verbs])].toSorted();
}

/** Every verb of terraform that policy lets through. */
export function terraformVerbs(): string[] {
  return Object.keys(TERRAFORM).toSorted();
}
