import type pg from "pg";
import { between, type Counts } from "./counting.ts";
import { type Cpu, readCpu } from "./cpu.ts";

/** What one change takes: the least that was counted of several, and of the rest the mean; `ms` is the median. */
export type Figures = Counts & { walKb: number; ms: number } & Cpu;

/** How a program is measured: `warm` changes first, which count nothing, then `changes` one after the other. */
export type Way = { warm: number; changes: number };

/**
 * Measures it. The least, because a loop may look for work in the midst of a change, and of none of them is one look fewer
 * than it takes.
 */
export async function measure(
  run: () => Promise<void>,
  { warm, changes }: Way,
  from: { watch: pg.Client; postmaster: number; counted: () => Counts },
): Promise<Figures> {
  for (let done = 0; done < warm; done += 1) await run();
  const all: (Counts & { ms: number })[] = [];
  const [wal, cpu] = [await walBytes(from.watch), await readCpu(from.postmaster)];
  for (let done = 0; done < changes; done += 1) {
    const [before, began] = [from.counted(), performance.now()];
    await run();
    all.push({ ms: performance.now() - began, ...between(before, from.counted()) });
  }
  const after = await readCpu(from.postmaster);
  const mean = (one: number | null, other: number | null) =>
    one === null || other === null ? null : (other - one) / changes;
  return {
    statements: Math.min(...all.map(({ statements }) => statements)),
    commits: Math.min(...all.map(({ commits }) => commits)),
    processes: Math.min(...all.map(({ processes }) => processes)),
    ms: all.map(({ ms }) => ms).toSorted((one, other) => one - other)[all.length >> 1] ?? 0,
    walKb: ((await walBytes(from.watch)) - wal) / changes / 1_024,
    bot: (after.bot - cpu.bot) / changes,
    children: mean(cpu.children, after.children),
    database: mean(cpu.database, after.database),
  };
}

async function walBytes(watch: pg.Client): Promise<number> {
  const { rows } = await watch.query(
    "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as bytes",
  );
  return rows[0]?.bytes ?? 0;
}
