import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { AwayError } from "#change/away.ts";
import type { Changes } from "#change/changes.ts";
import { addInfraChange } from "./infra-change.ts";
import { addMounts, type Mount } from "./mounts.ts";
import { problem } from "./problem.ts";
import type { Token } from "./tokens.ts";

const BODY_LIMIT_BYTES = 64 * 1_024;

/** How long a client may take to send its request. */
const REQUEST_TIMEOUT_MS = 30_000;

const RETRY_AFTER_SECONDS = 5;

/** Why a part does not work, and since when. */
export type Trouble = { why: string; since: Date };

/** The one HTTP server: API, health, and what else is mounted. `onFault` hears of what went wrong inside; the caller of the API does not. */
export function createServer(deps: {
  changes: Changes;
  tokens: readonly Token[];
  isReady: () => Promise<boolean>;
  /** Every part beside the database: whether it works, or why not. */
  parts?: () => Readonly<Record<string, "ok" | Trouble>>;
  /** Parts that do not work now and that the API does without, each with why. */
  troubles?: () => Readonly<Record<string, Trouble>>;
  onFault: (error: Error) => void;
  mounts?: readonly Mount[];
}): FastifyInstance {
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
  });
  app.setNotFoundHandler((_request, reply) => problem(reply, 404, "There is nothing at this address."));
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof AwayError) return whileAway(reply);
    const status = error.statusCode ?? 500;
    if (status < 500) return problem(reply, status, error.message);
    deps.onFault(error);
    return problem(
      reply,
      500,
      "Something went wrong here, and is in the log. Read the change's state before you send this again.",
    );
  });
  app.get("/healthz", async () => ({ ok: true }));
  // A mount at the root answers for itself.
  if (!(deps.mounts ?? []).some(({ prefix }) => prefix === "/" || prefix === ""))
    app.get("/", async (_request, reply) => reply.type("text/plain; charset=utf-8").send(WHAT_THIS_IS));
  app.get("/readyz", async (_request, reply) => {
    const isReady = await deps.isReady();
    const parts = { database: isReady ? "ok" : "away", ...deps.parts?.() };
    if (isReady) return { ok: true, parts, ...troublesIn(deps.troubles?.() ?? {}) };
    return problem(reply, 503, "The database does not answer, or takes no writes.", { parts });
  });
  app.get("/metrics", async (_request, reply) => problem(reply, 501, "Metrics are not available yet."));
  addInfraChange(app, deps.changes, deps.tokens);
  addMounts(app, deps.mounts ?? [], deps.onFault);
  return app;
}

const WHAT_THIS_IS = `This is Greenlight. It plans infrastructure changes, has them approved, and runs and reviews them.

In Slack: /infra help
By API:   POST /infra-change   GET /infra-change/:thread_id   (with a bearer token)
Health:   GET /healthz         GET /readyz
`;

/**
 * Named, and still ready: taken out of service for Slack's sake, the API would be away too, and with it the only way left to
 * decide and to stop.
 */
function troublesIn(troubles: Readonly<Record<string, Trouble>>): { troubles?: typeof troubles } {
  return Object.keys(troubles).length === 0 ? {} : { troubles };
}

/** Of a write that was under way when the database went nobody knows yet whether it counts: the key makes it one request. */
function whileAway(reply: FastifyReply): FastifyReply {
  reply.header("retry-after", RETRY_AFTER_SECONDS);
  return problem(
    reply,
    503,
    "The database is away. Send this again in a moment, with the same Idempotency-Key if it has one, and read the change's state before you repeat a decision.",
  );
}
