import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { readConfig } from "./config.ts";
import { openEncryptionKey } from "./execution/encryption-key.ts";
import { createSeal } from "./execution/seal.ts";
import { connectStore } from "./open-store.ts";
import { openErroredState } from "./saved-plans.ts";
import { openDatabase } from "./store/database.ts";
import { findErroredStates } from "./store/sealed-files.ts";

/**
 * The command `state`: writes out the newest state that terraform could not store for a change, as it is, for `terraform state
 * push`. It stays kept. Resolves to the exit code: 1 when there is none, or it cannot be read; `say` is told why.
 */
export async function stateCommand(
  env: Readonly<Record<string, string | undefined>>,
  changeId: string,
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
    const [newest, ...older] = await findErroredStates(database, changeId);
    if (newest === undefined) {
      say(`state: nothing is kept for a change ${changeId}. Its id stands in full on its card.`);
      return 1;
    }
    const seal = createSeal(await openEncryptionKey(config.encryptionKey, config.dataDir));
    const bytes = openErroredState(seal, newest);
    say(`state: of step ${newest.step}, kept ${newest.keptAt.toISOString()}${olderWords(older.length)}.`);
    await pipeline([bytes], output, { end: false });
    return 0;
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

function olderWords(count: number): string {
  return count === 0 ? "" : `; ${count} older ${count === 1 ? "one is" : "ones are"} kept too`;
}
