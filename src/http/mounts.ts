import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import { problem } from "./problem.ts";

/** A listener of somebody else (Bolt's receiver, the playground's page) served under a path of ours. It sees the whole path. */
export type Mount = {
  /** "/slack", say; "" takes every address that is not ours. */
  prefix: string;
  listener: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
  /** Refuses a request (401) with a sentence, before the listener sees it; null lets it in. */
  guard?: (request: IncomingMessage) => string | null;
};

/**
 * Serves each mount in a scope of its own whose body parser reads nothing: a body that was read is gone, and with it
 * Slack's signature. The answer is the listener's; what it throws is answered with 500 and told to `onFault`.
 */
export function addMounts(
  app: FastifyInstance,
  mounts: readonly Mount[],
  onFault: (error: Error) => void,
): void {
  for (const mount of mounts) {
    const serve = (scope: FastifyInstance, _options: unknown, done: () => void) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser("*", (_request, _payload, read) => read(null));
      for (const path of ["/", "/*"]) {
        scope.all(path, async (request, reply) => {
          const refusal = mount.guard?.(request.raw) ?? null;
          if (refusal !== null) return problem(reply, 401, refusal);
          reply.hijack();
          await listen(mount, request.raw, reply.raw, onFault);
        });
      }
      done();
    };
    app.register(serve, { prefix: mount.prefix });
  }
}

async function listen(
  mount: Mount,
  request: IncomingMessage,
  response: ServerResponse,
  onFault: (error: Error) => void,
): Promise<void> {
  try {
    await mount.listener(request, response);
  } catch (error) {
    onFault(error instanceof Error ? error : new Error(String(error)));
    if (!response.headersSent) response.statusCode = 500;
    response.end();
  }
}
