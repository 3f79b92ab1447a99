import type pg from "pg";

type Table = { schema: string; name: string; oid: number };
type Column = {
  table: number;
  name: string;
  type: string;
  required: boolean;
  identity: string;
  preset: string | null;
};
type Named = { table: number; kind: string; name: string; definition: string };

/**
 * The tables of these schemas as SQL, with their rows in the order of their keys. The embedded PostgreSQL comes without
 * pg_dump, and version 0.1 has tables, constraints and indexes, and nothing else. `hidden`: what stands in the place of what
 * is of this machine.
 */
export async function dump(
  client: pg.ClientBase,
  schemas: readonly string[],
  hidden: Readonly<Record<string, string>>,
): Promise<string> {
  const tables = await read<Table>(
    client,
    `select n.nspname as schema, c.relname as name, c.oid::int from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname = any($1) order by 1, 2`,
    [schemas],
  );
  const oids = tables.map(({ oid }) => oid);
  const columns = await read<Column>(
    client,
    `select a.attrelid::int as table, a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
       a.attnotnull as required, a.attidentity as identity, pg_get_expr(d.adbin, d.adrelid) as preset
     from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where a.attrelid = any($1) and a.attnum > 0 and not a.attisdropped order by a.attrelid, a.attnum`,
    [oids],
  );
  const constraints = await read<Named>(
    client,
    `select conrelid::int as table, contype as kind, quote_ident(conname) as name, pg_get_constraintdef(oid) as definition
     from pg_constraint where conrelid = any($1) and contype <> 'n' order by contype = 'f', conrelid, conname`,
    [oids],
  );
  const indexes = await read<Named>(
    client,
    `select indrelid::int as table, '' as kind, '' as name, pg_get_indexdef(indexrelid) as definition from pg_index
     where indrelid = any($1) and not exists (select 1 from pg_constraint where conindid = indexrelid) order by indexrelid::regclass::text`,
    [oids],
  );
  const parts: string[] = [];
  for (const table of tables) {
    const own = columns.filter((column) => column.table === table.oid);
    parts.push(`${createTable(table, own)}\n${await insertRows(client, table, own)}`);
  }
  const places = new Map(tables.map((table) => [table.oid, placeOf(table)]));
  const text = [
    ...schemas.filter((schema) => schema !== "public").map((schema) => `create schema ${schema};`),
    ...parts,
    ...constraints.map(
      ({ table, name, definition }) =>
        `alter table ${places.get(table)} add constraint ${name} ${definition};`,
    ),
    ...indexes.map(({ definition }) => `${definition};`),
  ].join("\n");
  return Object.entries(hidden).reduce((so, [value, instead]) => so.replaceAll(value, instead), `${text}\n`);
}

async function read<Row>(client: pg.ClientBase, text: string, values: unknown[]): Promise<Row[]> {
  return (await client.query(text, values)).rows;
}

function placeOf({ schema, name }: Table): string {
  return schema === "public" ? `public.${name}` : `${schema}.${name}`;
}

function createTable(table: Table, columns: readonly Column[]): string {
  const lines = columns.map(({ name, type, required, identity, preset }) => {
    const own =
      identity === "" ? (preset === null ? "" : ` default ${preset}`) : " generated always as identity";
    return `  "${name}" ${type}${required ? " not null" : ""}${own}`;
  });
  return `create table ${placeOf(table)} (\n${lines.join(",\n")}\n);`;
}

async function insertRows(client: pg.ClientBase, table: Table, columns: readonly Column[]): Promise<string> {
  const place = placeOf(table);
  const names = columns.map(({ name }) => `"${name}"`);
  const { rows } = await client.query<(string | null)[]>({
    text: `select ${names.map((name) => `${name}::text`).join(", ")} from ${place} order by ${names.map((_name, index) => index + 1).join(", ")}`,
    rowMode: "array",
  });
  if (rows.length === 0) return "";
  const values = rows.map((row) => {
    return `(${row.map((value, index) => literal(value, columns[index]?.type ?? "")).join(",")})`;
  });
  const insert = `insert into ${place} (${names.join(", ")}) overriding system value values\n${values.join(",\n")};`;
  const counted = columns.find(({ identity }) => identity !== "");
  return counted === undefined
    ? insert
    : `${insert}\nselect setval(pg_get_serial_sequence('${place}', '${counted.name}'), (select max("${counted.name}") from ${place}));`;
}

/** Bytes that are text are written as text: half as long, and a reader sees what a checkpoint holds. */
function literal(value: string | null, type: string): string {
  if (value === null) return "null";
  const bytes = Buffer.from(type === "bytea" ? value.slice(2) : "", "hex");
  const text = bytes.toString("utf8");
  const isText = bytes.length > 0 && Buffer.from(text, "utf8").equals(bytes);
  return isText ? `convert_to(${quoted(text)}, 'UTF8')` : quoted(value);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
