import { AwayError } from "#change/away.ts";
import type { Changes } from "#change/changes.ts";
import { isAway } from "#store/postgres/away.ts";
import type { Database } from "#store/postgres/database.ts";

/**
 * The port, which says at once that the database is away where that is known, and says it in these words where it is met:
 * otherwise each caller would wait for a connection, and take it for a fault of ours.
 */
export function unlessAway({ reach }: Pick<Database, "reach">, changes: Changes): Changes {
  const guarded =
    (method: Parameters<typeof Reflect.apply>[0]) =>
    async (...given: unknown[]): Promise<unknown> => {
      if (reach.isAway()) throw new AwayError();
      try {
        return await Reflect.apply(method, changes, given);
      } catch (error) {
        throw isAway(error) ? new AwayError(error) : error;
      }
    };
  return new Proxy(changes, {
    get: (target, name) => {
      const found: unknown = Reflect.get(target, name);
      return typeof found === "function" ? guarded(found) : found;
    },
  });
}
