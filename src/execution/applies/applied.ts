import { z } from "zod";
import { Did, type PlannedApply } from "./planned.ts";

const Acts = z.array(z.object({ address: z.string(), did: Did }));

/** What an apply said it did, in its order. `begun` holds all, `done` those that came to their end. */
export const Applied = z.object({ begun: Acts, done: Acts });
export type Applied = z.infer<typeof Applied>;

/** How terraform 1.11 says it, behind the address. */
const BEGUN: Readonly<Record<string, Did>> = {
  "Creating...": "create",
  "Modifying...": "update",
  "Destroying...": "destroy",
  "Importing...": "import",
};
const DONE: Readonly<Record<string, Did>> = {
  "Creation complete": "create",
  "Modifications complete": "update",
  "Destruction complete": "destroy",
  "Import complete": "import",
};
const SAID = /^(?: \(deposed object [0-9a-f]{1,32}\))?: ([A-Z][a-z]+(?: complete|\.\.\.))/;
/** An address, with instance keys in which anything may stand between quotes. */
const ADDRESS = /^(?:[\w.-]|\[(?:\d+|"(?:[^"\\]|\\.)*")\])+/;

/** Reads the output of an apply line by line. A line is unredacted: nothing of it but addresses is kept. */
export function createApplied(): { add: (line: string) => void; applied: Applied } {
  const applied: Applied = { begun: [], done: [] };
  return {
    applied,
    add: (line) => {
      const address = ADDRESS.exec(line)?.[0];
      const said = address === undefined ? undefined : SAID.exec(line.slice(address.length))?.[1];
      if (address === undefined || said === undefined) return;
      if (Object.hasOwn(BEGUN, said)) applied.begun.push({ address, did: Did.parse(BEGUN[said]) });
      if (Object.hasOwn(DONE, said)) applied.done.push({ address, did: Did.parse(DONE[said]) });
    },
  };
}

/** What was planned and is not said to be done, what is done and was not planned, and what may be missing. */
export type Against = { missing: Applied["done"]; extra: Applied["done"]; hadNothingToDo: string[] };

/**
 * Holds what an apply did against its saved plan. An update of what was not known in full may turn out to be none: terraform
 * says nothing of it then.
 */
export function against({ resources }: PlannedApply, { begun, done }: Applied): Against {
  const left = [...done];
  const missing: Applied["done"] = [];
  const hadNothingToDo: string[] = [];
  for (const { address, does, unknown } of resources) {
    for (const did of does) {
      const at = left.findIndex((one) => one.address === address && one.did === did);
      const wasBegun = begun.some((one) => one.address === address && one.did === did);
      if (at !== -1) left.splice(at, 1);
      else if (did === "update" && unknown.length > 0 && !wasBegun) hadNothingToDo.push(address);
      else missing.push({ address, did });
    }
  }
  return { missing, extra: left, hadNothingToDo };
}
