import type { RunSignals, RunStoppedError } from "#change/run-signals.ts";
import type { Lease } from "#store/leases.ts";

/**
 * The work of this instance on one change. `end` tells it to let go. The signals are never LangGraph's: its invoke rejects
 * within 2 ms of an abort while the node goes on alone (measured), and a child would be left without an owner. Ours reach
 * the nodes and what they run, which end by themselves; invoke ends after them, and the lease is given back after that.
 */
export type Run = {
  lease: Lease;
  signals: RunSignals;
  end(how: "pause" | "stop" | "kill", why: RunStoppedError): void;
};

/** Every run of this instance, by its change. */
export type Runs = Map<string, Run>;

/** A run that nobody has told anything yet. */
export function createRun(lease: Lease): Run {
  const pause = new AbortController();
  const stop = new AbortController();
  const kill = new AbortController();
  return {
    lease,
    signals: { pause: pause.signal, stop: stop.signal, kill: kill.signal },
    end: (how, why) => {
      // The hardest first: who listens to a softer one then finds how it has to end.
      if (how === "kill") kill.abort(why);
      if (how !== "pause") stop.abort(why);
      pause.abort(why);
    },
  };
}

const never = new AbortController().signal;
const NEVER: RunSignals = { pause: never, stop: never, kill: never };

/** Finds the signals of a change's run. Whoever runs the graph without owning the change is stopped by its first write. */
export function createSignalsOf(runs: ReadonlyMap<string, Run>): (changeId: string) => RunSignals {
  return (changeId) => runs.get(changeId)?.signals ?? NEVER;
}
