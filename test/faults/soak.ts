import { setTimeout as pause } from "node:timers/promises";
import { seeded } from "#test/policy/random.ts";
import { type AskedFor, check, type Findings } from "./check.ts";
import { drive } from "./drive.ts";
import { createPeople } from "./people.ts";
import type { Gauge } from "./processes.ts";
import type { Town } from "./town.ts";

/** What a long run left behind in the process. */
export type Soak = Findings & { gauges: Gauge[]; heapPerThousand: number };

const LEAST_PARTS = 10;
/** Looked at at least so often: a run that is cut off has shown something too. */
const LONGEST_PART = 250;
const PATIENCE_MS = 60_000;
/**
 * Longer than a pool keeps a connection it does not need (10 s): looked at a second after the last change, the memory went
 * up and down by 15 MB, and the check took a step of it for growth. At rest it still does by 9 MB, which this run outlasts.
 */
const REST_MS = 13_000;
/** The heap may grow by this much for 1,000 changes. */
const MAX_HEAP_PER_THOUSAND = 1_000_000;
const MAX_MORE_HANDLES = 10;

/** Many changes through one process, 20 at a time, with a look from time to time at what it holds on to. */
export async function soak(
  town: Town,
  total: number,
  seed: number,
  say: (line: string) => void = () => undefined,
): Promise<Soak> {
  const random = seeded(seed);
  const people = createPeople(town, random);
  const instance = await town.start("soak");
  if (instance === null) throw new Error(`The process did not start; its log is in ${town.dir}.`);
  const asked: AskedFor[] = [];
  const gauges: Gauge[] = [];
  const each = Math.min(Math.ceil(total / LEAST_PARTS), LONGEST_PART);
  while (asked.length < total) {
    const kinds = ["plain", "pair", "free", "back"] as const;
    asked.push(
      ...(await drive(town, people, random, {
        total: each,
        atOnce: 20,
        kinds,
        way: "api",
        patienceMs: PATIENCE_MS,
      })),
    );
    await pause(REST_MS);
    const gauge = await instance.gauge();
    gauges.push(gauge);
    say(`${asked.length} changes: ${JSON.stringify(gauge)}`);
  }
  const found = await check(town, people, asked);
  // The first half warms up: code is compiled, caches fill.
  const settled = gauges.slice(gauges.length / 2);
  const heapPerThousand = (slopeOf(settled.map(({ heapUsed }) => heapUsed)) / each) * 1_000;
  const handles = settled.map((gauge) => gauge.handles);
  const violations = [
    ...found.violations,
    ...(heapPerThousand > MAX_HEAP_PER_THOUSAND
      ? [`heap grows by ${Math.round(heapPerThousand)} bytes per 1,000`]
      : []),
    ...((handles.at(-1) ?? 0) - (handles[0] ?? 0) > MAX_MORE_HANDLES
      ? [`handles grow: ${handles.join(" ")}`]
      : []),
  ];
  return { ...found, gauges, heapPerThousand: Math.round(heapPerThousand), violations };
}

/** Least squares: by how much a value grows from one to the next. */
function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const above = values.reduce((sum, value, index) => sum + (index - middle) * (value - mean), 0);
  const below = values.reduce((sum, _value, index) => sum + (index - middle) ** 2, 0);
  return below === 0 ? 0 : above / below;
}
