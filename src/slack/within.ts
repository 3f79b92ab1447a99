/** How long an answer to a form may take, in ms: Slack waits 3 s for what is wrong with it. */
export const FORM_MS = 2_000;

/** What the work comes to when that takes at most `ms`, else null; the work goes on. Throws as the work does in that time. */
export async function within<Result>(work: Promise<Result>, ms: number): Promise<Result | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, ms, null);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
