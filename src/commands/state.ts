import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { connectStore } from "#app/open-store.ts";
import { openErroredState } from "#app/saved-files.ts";
import { readConfig } from "#config/config.ts";
import { openEncryptionKey } from "#execution/encryption-key.ts";
import { createSeal } from "#execution/seal.ts";
import { openDatabase } from "#store/postgres/database.ts";
import { type ErroredState, findErroredStates } from "#store/sealed-files.ts";

/**
 * The command `state`: writes out a state that terraform could not store for a change, as it is, for `terraform state push`:
 * of several the one of this `number`, from the newest, which is 1. It stays kept. Resolves to the exit code: 1 when there is
 * none, or it cannot be read; `say` is told why.
 */
export async function stateCommand(
  env: Readonly<Record<string, string | undefined>>,
  { changeId, number }: { changeId: string; number: number },
  output: Writable,
  say: (text: string) => void,
): Promise<number> {
  const read = readConfig(env);
  if (!read.ok) {
    say(read.faults.join("\n"));
    return 1;
  }
  const { config } = read;
  const closing: (() => Promise<unknown>)[] = [];
  try {
    const { connection } = await connectStore(config, () => undefined, closing);
    const database = openDatabase(connection);
    closing.push(() => database.close());
    const states = await findErroredStates(database, changeId);
    const wanted = states[number - 1];
    if (wanted === undefined) {
      say(whyNone(changeId, states.length));
      return 1;
    }
    const seal = createSeal(await openEncryptionKey(config.encryptionKey, config.dataDir));
    const bytes = openErroredState(seal, wanted);
    say(`state: of step ${wanted.step}, kept ${wanted.keptAt.toISOString()}${othersWords(states, number)}.`);
    await pipeline([bytes], output, { end: false });
    return 0;
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

function whyNone(changeId: string, count: number): string {
  return count === 0
    ? `state: nothing is kept for a change ${changeId}. Its id stands in full on its card.`
    : `state: there ${count === 1 ? "is only one" : `are only ${count}`} of change ${changeId}. The newest is 1.`;
}

/** Each may be of another root, and the only record of what was made there. */
function othersWords(states: readonly ErroredState[], number: number): string {
  const others = states.flatMap(({ step, changeId }, index) =>
    index + 1 === number ? [] : [`of step ${step} by state ${changeId} ${index + 1}`],
  );
  return others.length === 0 ? "" : `; kept too: ${others.join(", ")}`;
}
