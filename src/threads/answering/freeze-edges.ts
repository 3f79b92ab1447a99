import { markWaitingStale } from "#store/events.ts";
import type { ThreadDeps } from "#threads/deps.ts";

/** What watching freezes is given. */
type FreezeDeps = Pick<ThreadDeps, "database" | "policy" | "now"> & {
  log: Pick<ThreadDeps["log"], "warn">;
};

/** How late a card may say that a freeze has begun or ended. A click is held against the rules whatever the card says. */
const LOOK_MS = 1_000;

/**
 * Has the cards and Homes of what waits for an approval drawn again whenever a freeze begins or ends: nothing else happens then,
 * and they would offer an Approve that is refused, or go on offering none. Once at the start too, for what began or ended
 * while no instance ran.
 */
export function startFreezeEdges(deps: FreezeDeps): { stop(): Promise<void> } {
  if (deps.policy.freezes.length === 0) return { stop: async () => undefined };
  let shown: string | null = null;
  let looking = Promise.resolve();
  const look = async (): Promise<void> => {
    const holding = holdingNow(deps);
    if (holding === shown) return;
    try {
      await deps.database.transaction(markWaitingStale);
      shown = holding;
    } catch (error) {
      deps.log.warn({ err: error }, "Cards could not be marked at the edge of a freeze; trying again");
    }
  };
  const again = (): void => {
    looking = looking.then(look);
  };
  again();
  const timer = setInterval(again, LOOK_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await looking;
    },
  };
}

/** Which of the policy's freezes hold at this moment. */
function holdingNow({ policy, now }: FreezeDeps): string {
  const at = now().getTime();
  return policy.freezes.map(({ from, until }) => Date.parse(from) <= at && at < Date.parse(until)).join();
}
