import type { Redact } from "#redact/redact.ts";
import { type Applied, against } from "./applied.ts";
import type { Did, PlannedApply } from "./planned.ts";

type Acts = readonly { address: string; did: Did }[];

const DONE: Readonly<Record<Did, string>> = {
  create: "created",
  update: "updated",
  destroy: "destroyed",
  import: "imported",
};
const MOST_NAMED = 10;

/** "created: a, b; destroyed: c". Empty for nothing. */
export function listed(acts: Acts, redact: Redact, before = ""): string {
  return IN_ORDER.flatMap((did) => {
    const names = acts.filter((one) => one.did === did).map(({ address }) => redact(address));
    const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : "";
    return names.length === 0
      ? []
      : [`${before}${DONE[did]}: ${names.slice(0, MOST_NAMED).join(", ")}${more}`];
  }).join("; ");
}

const IN_ORDER: readonly Did[] = ["import", "create", "update", "destroy"];

/** "2 created, 1 destroyed". */
export function counted(acts: Acts): string {
  return IN_ORDER.flatMap((did) => {
    const count = acts.filter((one) => one.did === did).length;
    return count === 0 ? [] : [`${count} ${DONE[did]}`];
  }).join(", ");
}

/**
 * What an apply that did not end well did, by its output: "created: a, b; not created: c; begun and not seen to end: d".
 * `state`: the addresses in the state by now, where they could be read.
 */
export function doneInPart(
  planned: PlannedApply,
  applied: Applied,
  state: ReadonlySet<string> | null,
  redact: Redact,
): string {
  const { missing, extra } = against(planned, applied);
  const wasBegun = ({ address, did }: Acts[number]) =>
    applied.begun.some((one) => one.address === address && one.did === did);
  const begun = missing.filter(wasBegun);
  // What is replaced stood in the state before.
  const isNew = (address: string) =>
    !planned.resources.some((one) => one.address === address && one.does.includes("destroy"));
  const isMade = ({ address, did }: Acts[number]) =>
    did === "create" && isNew(address) && state?.has(address) === true;
  const parts = [
    listed(applied.done, redact),
    listed(
      missing.filter((one) => !wasBegun(one)),
      redact,
      "not ",
    ),
    named("in the state by now, and not to its end", begun.filter(isMade), redact),
    named(
      "begun, and not seen to end",
      begun.filter((one) => !isMade(one)),
      redact,
    ),
    named("not in the plan", extra, redact),
    named(
      "planned to leave the state or to be renamed, of which terraform says nothing",
      silent(planned),
      redact,
    ),
  ];
  return parts.filter((part) => part !== "").join("; ");
}

function silent({ resources }: PlannedApply): Acts {
  return resources.filter(({ isSilent }) => isSilent).map(({ address }) => ({ address, did: "update" }));
}

function named(what: string, acts: Acts, redact: Redact): string {
  const names = acts.slice(0, MOST_NAMED).map(({ address }) => redact(address));
  const more = acts.length > MOST_NAMED ? ` and ${acts.length - MOST_NAMED} more` : "";
  return acts.length === 0 ? "" : `${what}: ${names.join(", ")}${more}`;
}
