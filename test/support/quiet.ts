import type { Program } from "./program.ts";

/** How long slack/sender/feed.ts lets a card wait with progress, and a step and its lines before they are shown. */
const PROGRESS_MS = 4_000;
const STEP_MS = 3_000;
const LINES_MS = 1_500;
/** What is due is at times sent before what would have made it needless is committed. */
const CLOSE_MS = 500;

type Row = { type: string; status: string | null; step: number | null; at: Date };

/**
 * How many calls in its channel a change may have taken beyond those of a quiet one: a card shows progress that lasts, once
 * in 4 s, and a step that lasts is shown while it runs. On a quick machine 0; read from when its events were.
 */
export async function callsForPace(program: Program, changeId: string): Promise<number> {
  const { rows } = await program.app.database.query<Row>(
    "select event->>'type' as type, event->>'status' as status, (event->>'step')::int as step, at from events where change_id = $1 order by seq",
    [changeId],
  );
  const at = (type: string, step: number | null = null): number => {
    const row = rows.find((one) => one.type === type && one.step === step);
    if (row === undefined) throw new Error(`Nothing of ${type} ${step} in ${JSON.stringify(rows)}`);
    return row.at.getTime();
  };
  const progress = (ms: number) => Math.floor((ms + CLOSE_MS) / PROGRESS_MS);
  const shown = (ms: number) =>
    ms + CLOSE_MS < STEP_MS ? 0 : 1 + Math.floor((ms + CLOSE_MS - STEP_MS) / LINES_MS);
  const steps = rows.filter(({ type }) => type === "step_started").map(({ step }) => step);
  return (
    progress(at("opened") - at("asked")) +
    progress(at("ended") - at("decided")) +
    steps.reduce(
      (calls: number, step) => calls + shown(at("step_finished", step) - at("step_started", step)),
      0,
    )
  );
}
