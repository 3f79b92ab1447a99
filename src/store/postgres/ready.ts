import type { Database } from "./database.ts";

/** Whoever asks wants to know soon: a database that takes this long does not serve anybody. */
const PATIENCE_MS = 1_000;

/** Whether the database answers within a second, and takes writes: a standby answers too. Never throws. */
export async function isReady(database: Database): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, false);
  });
  const asked = database
    .query<{ writes: boolean }>("select current_setting('transaction_read_only') = 'off' as writes")
    .then(
      ({ rows }) => rows[0]?.writes === true,
      () => false,
    );
  const ready = await Promise.race([asked, late]);
  clearTimeout(timer);
  return ready;
}
