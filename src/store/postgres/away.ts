/** No connection could be made, whatever came back: also where a balancer takes it and finds nothing behind itself. */
export class NoConnectionError extends Error {
  override name = "NoConnectionError";
  constructor(cause: Error) {
    super(`No connection to the database could be made: ${cause.message}`, { cause });
  }
}

/** SQLSTATE of a server that is going, gone, full or not the one that writes any more, and of a race that was lost. */
const PASSING_STATES = /^(08|53|57P0|57014|40001|40P01|55P03|25P03|25006)/;
const PASSING_TEXTS =
  /^(Connection terminated|Connection ended unexpectedly|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error|Client was closed and is not queryable|This socket has been ended by the other party|Client network socket disconnected before secure TLS|There was an error establishing an SSL connection)/;

/**
 * A server that crashed, is not up yet, or takes no writes, as in a failover: then nobody can renew a lease either. One
 * connection that an administrator cut says nothing about the server.
 */
const UNREACHABLE_STATES = /^(57P0[23]|25006)$/;
const UNREACHABLE_TEXTS = /^(timeout expired|Connection terminated due to connection timeout)/;
const READ_ONLY_STATE = "25006";
/** What the pool says when none of its connections came free in time. */
const QUEUED_TEXT = /^timeout exceeded when trying to connect/;

/** Whether a fault is the database's, which says nothing about the change. A file that is not there is none. */
export function isAway(error: unknown): boolean {
  return someOf(
    error,
    ({ name, message, code, call }) =>
      name === "NoConnectionError" ||
      /^(connect|read|write|getaddrinfo)$/.test(call) ||
      (call === "" && PASSING_STATES.test(code)) ||
      PASSING_TEXTS.test(message),
  );
}

/** Whether a fault says that no connection could be made at all: for whoever asks, the whole database is away. */
export function isUnreachable(error: unknown): boolean {
  return someOf(
    error,
    ({ name, message, code, call }) =>
      name === "NoConnectionError" ||
      /^(connect|getaddrinfo)$/.test(call) ||
      UNREACHABLE_STATES.test(code) ||
      UNREACHABLE_TEXTS.test(message),
  );
}

/** Whether this connection leads to a server that takes no writes, as one does that another took over from. It may stay so for good. */
export function takesNoWrites(error: unknown): boolean {
  return someOf(error, ({ code }) => code === READ_ONLY_STATE);
}

/** Whether no connection came free: all of them are busy, or nobody answers on any of them. */
export function isQueuedTooLong(error: unknown): boolean {
  return someOf(error, ({ message }) => QUEUED_TEXT.test(message));
}

type Facts = { name: string; message: string; code: string; call: string };

/** A name with several addresses fails with one error for each of them; a library may put its own around ours. */
function someOf(error: unknown, says: (facts: Facts) => boolean): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  const call = "syscall" in error ? String(error.syscall) : "";
  if (says({ name: error.name, message: error.message, code, call })) return true;
  if (error instanceof AggregateError && error.errors.some((one) => someOf(one, says))) return true;
  return error.cause !== undefined && someOf(error.cause, says);
}
