import pino from "pino";

/** The process log: JSON lines on stderr, redacted line by line before they leave. */
export type Log = pino.Logger;

/** Makes the log. `redact` sees each finished line; `write` gets it (stderr by default). */
export function createLog(
  redact: (text: string) => string,
  write: (line: string) => void = (line) => void process.stderr.write(line),
): Log {
  return pino(
    {
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: (error: unknown) => errorOf(error) },
    },
    { write: (line) => write(redact(line)) },
  );
}

/** An error as the log holds it. */
type Logged = {
  type: string;
  message: string;
  code?: string;
  stack?: string;
  cause?: Logged;
  errors?: Logged[];
};

/** Causes of causes; no fault of ours has more, and one that names itself would have no end. */
const DEPTH = 5;

/**
 * What an error says, and nothing that hangs on it: the pool of PostgreSQL puts its client on an error, and with it 7 KB of
 * its inner state and the password.
 */
function errorOf(error: unknown, depth = DEPTH): Logged {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const deeper = (inner: unknown) => errorOf(inner, depth - 1);
  return {
    type: error.name,
    message: error.message,
    ...("code" in error ? { code: String(error.code) } : {}),
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(error.cause === undefined || depth === 0 ? {} : { cause: deeper(error.cause) }),
    ...(error instanceof AggregateError && depth > 0 ? { errors: error.errors.slice(0, 5).map(deeper) } : {}),
  };
}
