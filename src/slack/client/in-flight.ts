/** Work that a stop waits for. */
export type InFlight = {
  /** Counts the work until it has ended, and hands its outcome on. */
  track<Result>(work: Promise<Result>): Promise<Result>;
  /** Resolves when nothing is under way, or after `ms`; true when nothing was left behind. */
  drain(ms: number): Promise<boolean>;
};

/** Nothing under way yet. Bolt itself forgets a handler once it has acknowledged. */
export function createInFlight(): InFlight {
  const works = new Set<Promise<unknown>>();
  return {
    track(work) {
      works.add(work);
      const done = () => void works.delete(work);
      work.then(done, done);
      return work;
    },
    async drain(ms) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<boolean>((resolve) => {
        timer = setTimeout(resolve, ms, false);
      });
      const all = async (): Promise<boolean> => {
        while (works.size > 0) await Promise.allSettled(works);
        return true;
      };
      const drained = await Promise.race([all(), late]);
      clearTimeout(timer);
      return drained;
    },
  };
}
