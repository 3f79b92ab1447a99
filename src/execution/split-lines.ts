import type { Readable } from "node:stream";

/** A line longer than this is cut there; the rest of it is dropped and counted. */
const MAX_LINE_CHARS = 4_000;

/** Calls `onLine` for every line of a stream as UTF-8 (what is not becomes U+FFFD); resolves when the stream ends. Holds one line at most. */
export async function splitLines(stream: Readable | null, onLine: (text: string) => void): Promise<void> {
  if (stream === null) return;
  const decoder = new TextDecoder();
  let line = "";
  let dropped = 0;
  const take = (text: string): void => {
    const room = Math.max(0, MAX_LINE_CHARS - line.length);
    line += text.slice(0, room);
    dropped += Math.max(0, text.length - room);
  };
  const flush = (): void => {
    onLine(dropped === 0 ? line : `${line} … ${dropped} characters left out`);
    line = "";
    dropped = 0;
  };
  try {
    for await (const chunk of stream) {
      const parts = decoder.decode(Buffer.from(chunk), { stream: true }).split(/\r?\n/);
      for (const [index, part] of parts.entries()) {
        if (index > 0) flush();
        take(part);
      }
    }
  } catch {
    // A stream cut by the end of its process says nothing that the exit code does not.
  }
  if (line !== "" || dropped > 0) flush();
}
