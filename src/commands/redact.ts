import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { readConfig, secretsOf } from "#config/config.ts";
import { createRedactStream } from "#redact/redact.ts";

/**
 * The command `redact`: what comes in goes out through the one redaction function, as it comes. The bot's own secrets are
 * those of the environment, when that is one the bot could start with. A reader that leaves early (`| head`) is no fault.
 */
export async function redactCommand(
  env: Readonly<Record<string, string | undefined>>,
  input: Readable,
  output: Writable,
): Promise<void> {
  const read = readConfig(env);
  const redact = createRedactStream(read.ok ? secretsOf(read.config) : []);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  try {
    await pipeline(
      input,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) yield redact.write(decoder.decode(chunk, { stream: true }));
        yield redact.write(decoder.decode()) + redact.end();
      },
      output,
    );
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

function isGone(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    ["EPIPE", "ERR_STREAM_PREMATURE_CLOSE"].includes(String(error.code))
  );
}
