import { z } from "zod";
import type { Database, Sql } from "#store/postgres/database.ts";

/** One statement and what it cost: pages of 8 kB it looked at to find its rows, and how many rows those were. */
export type Explained = { text: string; pages: number; rows: number };

/**
 * Does `work` with a database that explains every statement before it runs it, and says what each cost. All of it is one
 * transaction, which is rolled back: each statement meets the rows that those before it have left, and the next work none.
 */
export async function explainAll(
  database: Database,
  work: (watched: Database) => Promise<unknown>,
): Promise<Explained[]> {
  const seen: Explained[] = [];
  const inside = async (sql: Sql): Promise<never> => {
    const watched = watch(sql, seen);
    const transaction: Database["transaction"] = (inner) => inner(watched);
    await work({ ...database, ...watched, urgent: watched, transaction });
    throw new Over();
  };
  await database.transaction(inside).catch((error: unknown) => {
    if (!(error instanceof Over)) throw error;
  });
  return seen;
}

class Over extends Error {}

function watch(sql: Sql, seen: Explained[]): Sql {
  return {
    query: async (text, values) => {
      if (EXPLAINABLE.test(text)) {
        await sql.query("savepoint before_explain");
        seen.push(await explain(sql, text, values));
        await sql.query("rollback to savepoint before_explain");
      }
      return sql.query(text, values);
    },
  };
}

const EXPLAINABLE = /^[\s(]*(select|insert|update|delete|with)\b/i;

type Node = {
  "Node Type": string;
  "Parent Relationship"?: string | undefined;
  "Actual Rows": number;
  "Actual Loops": number;
  "Shared Hit Blocks": number;
  "Shared Read Blocks": number;
  Plans?: Node[] | undefined;
};

const Node: z.ZodType<Node> = z.object({
  "Node Type": z.string(),
  "Parent Relationship": z.string().optional(),
  "Actual Rows": z.number(),
  "Actual Loops": z.number(),
  "Shared Hit Blocks": z.number(),
  "Shared Read Blocks": z.number(),
  Plans: z.array(z.lazy(() => Node)).optional(),
});
const Answer = z.tuple([z.object({ "QUERY PLAN": z.tuple([z.object({ Plan: Node })]) })]);

async function explain(sql: Sql, text: string, values: unknown[] | undefined): Promise<Explained> {
  const { rows } = await sql.query(`explain (analyze, buffers, format json) ${text}`, values);
  const [{ "QUERY PLAN": plans }] = Answer.parse(rows);
  return { text, ...found(plans[0].Plan) };
}

/** Of a write what it took to find its rows: what keeping its indexes takes goes by the rows written alone. */
function found(top: Node): { pages: number; rows: number } {
  const isWrite = top["Node Type"] === "ModifyTable";
  const rows = isWrite ? outerOf(top).map(rowsOf) : [rowsOf(top)];
  return { pages: pagesOf(top) - writtenBy(top), rows: Math.max(...rows) };
}

function writtenBy(node: Node): number {
  const below = (node.Plans ?? []).reduce((sum, one) => sum + writtenBy(one), 0);
  if (node["Node Type"] !== "ModifyTable") return below;
  return below + pagesOf(node) - outerOf(node).reduce((sum, one) => sum + pagesOf(one), 0);
}

function outerOf({ Plans = [] }: Node): Node[] {
  return Plans.filter((one) => one["Parent Relationship"] === "Outer");
}

function pagesOf(node: Node): number {
  return node["Shared Hit Blocks"] + node["Shared Read Blocks"];
}

function rowsOf(node: Node): number {
  return node["Actual Rows"] * node["Actual Loops"];
}
