import type { Readable } from "node:stream";

/** One line as it was printed, not redacted. `cut`: characters left out at its end. */
export type RawLine = { text: string; cut: number };

/**
 * More of a line is not held. It is longer than what is kept of one (line-buffer.ts), so that a secret that crosses
 * that border is whole when it is redacted.
 */
const MAX_RAW_CHARS = 6_048;

/** Colours and cursor movements: control sequences, titles and the like up to their end, two-character escapes. */
const ESCAPES = new RegExp(
  ["\\x1b\\[[0-?]*[ -/]*[@-~]", "\\x1b[\\]PX^_][^\\x07\\x1b]*(?:\\x07|\\x1b\\\\)?", "\\x1b[ -/]*[0-~]"].join(
    "|",
  ),
  "g",
);

/**
 * Calls `onLine` for every line of a stream as UTF-8 (what is not becomes U+FFFD), escape sequences taken out; resolves
 * when the stream ends. A line written over after a carriage return, as progress bars do, counts as it stood last.
 * Holds one line at most.
 */
export async function splitLines(stream: Readable | null, onLine: (line: RawLine) => void): Promise<void> {
  if (stream === null) return;
  const decoder = new TextDecoder();
  const line = createLine(onLine);
  const take = (text: string): void => {
    let from = 0;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", from)) {
      line.add(text.slice(from, at));
      line.flush();
      from = at + 1;
    }
    line.add(text.slice(from));
  };
  try {
    for await (const chunk of stream) take(decoder.decode(chunk, { stream: true }));
  } catch {
    // A stream cut by the end of its process says nothing that the exit code does not.
  }
  take(decoder.decode());
  if (line.isOpen()) line.flush();
}

function createLine(onLine: (line: RawLine) => void) {
  let held = "";
  let cut = 0;
  let returned = false;
  const append = (text: string): void => {
    if (text === "") return;
    if (returned) {
      held = "";
      cut = 0;
      returned = false;
    }
    const room = Math.max(0, MAX_RAW_CHARS - held.length);
    held += text.length <= room ? text : text.slice(0, room);
    cut += Math.max(0, text.length - room);
  };
  return {
    isOpen: () => held !== "" || cut > 0,
    add: (text: string): void => {
      const parts = text.includes("\r") ? text.split("\r") : [text];
      for (const [index, part] of parts.entries()) {
        // Only what follows writes over the line: the one before a newline is part of the newline.
        if (index > 0) returned = true;
        append(part);
      }
    },
    flush: (): void => {
      const text = held.includes("\x1b") ? held.replace(ESCAPES, "") : held;
      onLine({ text, cut });
      held = "";
      cut = 0;
      returned = false;
    },
  };
}
