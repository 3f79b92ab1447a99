import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createRedactStream } from "./execution/redact.ts";

/** The command `redact`: what comes in goes out through the one redaction function, as it comes. A reader that goes away early is no fault. */
export async function redactCommand(
  secrets: readonly string[],
  input: Readable,
  output: Writable,
): Promise<void> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const redact = createRedactStream(secrets);
  try {
    await pipeline(
      input,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) yield redact.write(decoder.decode(chunk, { stream: true }));
        yield redact.write(decoder.decode()) + redact.end();
      },
      output,
      { end: false },
    );
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPIPE")) throw error;
  }
}
