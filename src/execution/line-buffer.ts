import type { LogLine } from "../change/journal.ts";

/** Lines written as they come; after these only the tail is kept, written at the end. */
const MAX_STREAMED_LINES = 2_000;
const MAX_TAIL_LINES = 200;
const FLUSH_MS = 250;

/** Takes a command's lines as they come, and hands them on in batches, in order. */
export type LineBuffer = { add: (stream: "out" | "err", text: string) => void; end: () => Promise<void> };

/** Batches lines for `write`, head and tail bounded. A write that fails makes `end` throw. */
export function createLineBuffer(write: (lines: LogLine[]) => Promise<void>): LineBuffer {
  let number = 0;
  let batch: LogLine[] = [];
  const tail: LogLine[] = [];
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    timer = undefined;
    const lines = batch;
    batch = [];
    if (lines.length > 0) writing = writing.then(() => write(lines));
    writing.catch(() => undefined);
  };
  return {
    add: (stream, text) => {
      number += 1;
      const line = { number, stream, text };
      if (number > MAX_STREAMED_LINES) {
        tail.push(line);
        if (tail.length > MAX_TAIL_LINES) tail.shift();
        return;
      }
      batch.push(line);
      timer ??= setTimeout(flush, FLUSH_MS);
    },
    end: async () => {
      clearTimeout(timer);
      batch.push(...tail);
      flush();
      await writing;
    },
  };
}
