import type { People } from "./people.ts";
import { endOf, type Kind } from "./stories.ts";
import type { Town } from "./town.ts";

/** What was asked, for the comparison with what became of it. */
export type AskedFor = { id: string; kind: Kind };

/** What must hold after everything came to rest; each violation is a sentence with the change's id. */
export type Findings = {
  violations: string[];
  changes: number;
  operated: number;
  ran: number;
  unknown: number;
};

type Row = { id: string; request: string; status: string; error: string | null };
type Attempt = {
  change_id: string;
  argv: string[];
  outcome: string | null;
  direction: string;
  attempt: number;
};
type Given = { key: string; answer: string | null };

/** Holds the rows, the journal and the cluster's own count against each other, and takes what Slack refused of all that was sent. */
export async function check(town: Town, people: People, asked: readonly AskedFor[]): Promise<Findings> {
  const { rows } = await town.pool.query<Row>("select id, request, status, error from changes");
  const { rows: attempts } = await town.pool.query<Attempt>(
    "select change_id, argv, outcome, direction, attempt from journal",
  );
  const { rows: given } = await town.pool.query<Given>(
    "select concat_ws(' ', change_id, gate, revision, round) as key, answer from decisions",
  );
  const lines = await town.kubectl.lines();
  const violations = [
    ...countsOnce(lines),
    ...ranAsJournalled(lines, attempts),
    ...stands(people.told, given),
    ...ended(rows, asked, people.operated),
    ...town.slack.takeRefused().map((refused) => `Slack refused ${JSON.stringify(refused)}`),
  ];
  const unknown = attempts.filter(({ outcome }) => outcome === null || outcome === "unknown").length;
  return { violations, changes: rows.length, operated: people.operated.size, ran: lines.length, unknown };
}

function countsOnce(lines: readonly string[]): string[] {
  const seen = new Map<string, number>();
  for (const line of lines) seen.set(line, (seen.get(line) ?? 0) + 1);
  return [...seen].filter(([, count]) => count > 1).map(([line, count]) => `ran ${count} times: ${line}`);
}

/** Nothing runs without an intent, and what is journalled as done did run. What only reads is not counted. */
function ranAsJournalled(lines: readonly string[], attempts: readonly Attempt[]): string[] {
  const intended = new Set(attempts.map(({ argv }) => argv.slice(1).join(" ")));
  const ran = new Set(lines);
  return [
    ...lines.filter((line) => !intended.has(line)).map((line) => `ran without an intent: ${line}`),
    ...attempts
      .filter(({ outcome, argv }) => outcome === "done" && argv[1] !== "rollout")
      .filter(({ argv }) => !ran.has(argv.slice(1).join(" ")))
      .map(({ argv }) => `journalled as done and did not run: ${argv.join(" ")}`),
  ];
}

function stands(told: ReadonlyMap<string, string>, given: readonly Given[]): string[] {
  const rows = new Map(given.map(({ key, answer }) => [key, answer]));
  return [...told]
    .filter(([key, answer]) => rows.get(key) !== answer)
    .map(([key, answer]) => `a person was told ${answer}, and the row says ${rows.get(key)}: ${key}`);
}

/** Every request is one change, which ended as its story does; by another way only where an operator was asked. */
function ended(
  rows: readonly Row[],
  asked: readonly AskedFor[],
  operated: ReadonlyMap<string, boolean>,
): string[] {
  const byWords = Map.groupBy(rows, ({ request }) => request);
  return asked.flatMap(({ id, kind }) => {
    const found = byWords.get(`${id} ${kind}`) ?? [];
    const [change] = found;
    if (change === undefined || found.length > 1)
      return [`${id} ${kind}: ${found.length} changes instead of one`];
    const ending = operated.has(change.id) ? ["done", "accepted", "rolled_back"] : [endOf[kind]];
    const isMeant = ending.includes(change.status);
    const needless = operated.get(change.id) === false && kind !== "broken";
    return [
      ...(isMeant
        ? []
        : [
            `${id} ${kind}: ${change.status} instead of ${ending.join(" or ")} (${change.id}): ${change.error}`,
          ]),
      ...(needless
        ? [`${id} ${kind}: an operator was asked, and no step's end was unseen (${change.id})`]
        : []),
    ];
  });
}
