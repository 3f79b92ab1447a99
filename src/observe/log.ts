import pino from "pino";

/** The process log: JSON lines on stderr, redacted line by line before they leave. */
export type Log = pino.Logger;

/** Makes the log. `redact` sees each finished line; `write` gets it (stderr by default). */
export function createLog(
  redact: (text: string) => string,
  write: (line: string) => void = (line) => void process.stderr.write(line),
): Log {
  return pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line) => write(redact(line)) },
  );
}
