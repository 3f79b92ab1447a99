import type { Failure } from "./question.ts";
import type { AskPace } from "./retries.ts";

/**
 * Ends a stream that says nothing for too long, or takes too long in all. The SDK's own timeout ends with the headers: a
 * stream that stalled after its first event never ended by it.
 */
export type Watch = {
  /** Given by whoever stops it, or when it is too late. */
  signal: AbortSignal;
  /** The answer with every piece of it heard. Pings count, which the SDK keeps to itself: a model that thinks sends only those. */
  hear(response: Response): Response;
  /** The answer's headers, once they came. */
  headers(): Headers | null;
  /** How it was too late, if it was. */
  tooLate(): Failure | null;
  end(): void;
};

/** Begins at once. */
export function createWatch({ idleMs, wholeMs }: AskPace, stop: AbortSignal): Watch {
  const late = new AbortController();
  let heard: Headers | null = null;
  const idle = setTimeout(() => late.abort(`the model sent nothing for ${idleMs / 1_000} s`), idleMs);
  const whole = setTimeout(
    () => late.abort(`the model's answer took longer than ${wholeMs / 1_000} s`),
    wholeMs,
  );
  return {
    signal: AbortSignal.any([stop, late.signal]),
    hear: (response) => {
      heard = response.headers;
      idle.refresh();
      return withEars(response, () => void idle.refresh());
    },
    headers: () => heard,
    tooLate: () =>
      late.signal.aborted
        ? { kind: "busy", waitMs: null, isUnsure: true, reason: String(late.signal.reason) }
        : null,
    end: () => {
      clearTimeout(idle);
      clearTimeout(whole);
    },
  };
}

function withEars(response: Response, hear: () => void): Response {
  if (response.body === null) return response;
  const ears = new TransformStream<Uint8Array, Uint8Array>({
    transform: (piece, passed) => {
      hear();
      passed.enqueue(piece);
    },
  });
  return new Response(response.body.pipeThrough(ears), response);
}
