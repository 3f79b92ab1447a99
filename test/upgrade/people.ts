import { secretOf } from "#test/faults/town.ts";
import { requestOf, type Story } from "./stories.ts";

/** What a change's row and its open question say. */
export type Standing = {
  id: string;
  status: string;
  error: string | null;
  revision: number;
  gate: string | null;
  round: number | null;
  digest: string | null;
};

type Body = Readonly<Record<string, unknown>>;

/** Asks, answers and looks as people and programs do: by the API of the program at `address`, which both versions have. */
export function createCaller(address: () => string) {
  const post = async (path: string, by: string, body: Body): Promise<{ status: number; said: string }> => {
    const response = await fetch(`${address()}/infra-change${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${secretOf(by)}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return { status: response.status, said: await response.text() };
  };
  return {
    ask: (story: Story, by: string, extra: Body = {}) =>
      post("", by, { description: requestOf(story), ...extra }),
    cancel: (id: string, by: string) => post(`/${id}/cancel`, by, {}),
    /** Answers the question that is open. */
    answer: ({ id, revision, round, digest }: Standing, answer: string, by: string, extra: Body = {}) =>
      post(`/${id}/decision`, by, { answer, revision, digest, round: round ?? 1, ...extra }),
  };
}

type Sql = { query(text: string, values: unknown[]): Promise<{ rows: Standing[] }> };

/** How the change of a story stands; throws when there is none, or two. */
export async function standingOf(sql: Sql, story: Story): Promise<Standing> {
  const { rows } = await sql.query(
    `select c.id, c.status, c.error, c.revision, d.gate, d.round, d.digest from changes c
     left join decisions d on d.change_id = c.id and d.answer is null where c.request = $1`,
    [requestOf(story)],
  );
  const [found] = rows;
  if (found === undefined || rows.length > 1) throw new Error(`${story}: ${rows.length} changes`);
  return found;
}
