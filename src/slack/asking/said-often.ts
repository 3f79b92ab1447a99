/** The same answer this often within a minute is enough: each costs a call that somebody else's answer needs. */
const MOST_SAME = 3;
const WITHIN_MS = 60_000;
const REMEMBERED = 500;

/** Makes the question whether somebody was told these very words often enough lately. Counts each time it says no. */
export function createSaidOften(now: () => number = Date.now): (userId: string, text: string) => boolean {
  const told = new Map<string, { text: string; times: number; since: number }>();
  return (userId, text) => {
    const last = told.get(userId);
    const isSame = last !== undefined && last.text === text && now() - last.since < WITHIN_MS;
    if (isSame && last.times >= MOST_SAME) return true;
    told.delete(userId);
    told.set(userId, isSame ? { ...last, times: last.times + 1 } : { text, times: 1, since: now() });
    const [oldest] = told.keys();
    if (told.size > REMEMBERED && oldest !== undefined) told.delete(oldest);
    return false;
  };
}
