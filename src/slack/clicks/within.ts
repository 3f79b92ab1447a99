/** How long an answer to a form may take, in ms: Slack waits 3 s for what is wrong with it. */
export const FORM_MS = 2_000;
/** What a form says that has no answer by then, and stays with what was put into it. */
export const SLOW =
  "This takes longer than usual. Leave the form open until a message tells you what became of it: close it then, or send it once more.";

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
