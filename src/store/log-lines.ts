import type { LogExcerpt, LogLine, StepKey } from "#change/journal.ts";
import type { Sql } from "#store/postgres/database.ts";
import { ATTEMPT, keyValues } from "./journal.ts";

/** Appends lines to one attempt's log. Numbers are the caller's; a line written again changes nothing. */
export async function appendLines(sql: Sql, key: StepKey, lines: LogLine[]): Promise<void> {
  await sql.query(
    `insert into log_lines (change_id, revision, step, direction, attempt, number, stream, text)
     select $1, $2, $3, $4, $5, number, stream, text
     from unnest($6::int[], $7::text[], $8::text[]) as line (number, stream, text) on conflict do nothing`,
    [
      ...keyValues(key),
      lines.map((line) => line.number),
      lines.map((line) => line.stream),
      // PostgreSQL's text holds no NUL; what a command prints may.
      lines.map((line) => line.text.replaceAll("\0", "\\0")),
    ],
  );
}

/** The first `head` and last `tail` lines of one attempt, and how many lie between them or were dropped when it ran. */
export async function findExcerpt(
  sql: Sql,
  key: StepKey,
  limits: { head: number; tail: number },
): Promise<LogExcerpt> {
  const { rows } = await sql.query<LogLine>(
    `(select number, stream, text from log_lines where ${ATTEMPT} order by number limit $6)
     union (select number, stream, text from log_lines where ${ATTEMPT} order by number desc limit $7) order by number`,
    // The last one is read in any case: its number says how many there were.
    [...keyValues(key), limits.head, Math.max(limits.tail, 1)],
  );
  const head = rows.slice(0, limits.head).map(toLine);
  const tail = limits.tail === 0 ? [] : rows.slice(limits.head).map(toLine);
  return { head, tail, omitted: (rows.at(-1)?.number ?? 0) - head.length - tail.length };
}

function toLine(row: LogLine): LogLine {
  return { number: row.number, stream: row.stream, text: row.text };
}
