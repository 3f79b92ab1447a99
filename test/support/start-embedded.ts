// A child process for the tests of the embedded server: starts it for argv[2], runs the SQL in argv[3], prints one JSON
// line, and stays until its standard input ends (then it stops the server) or somebody kills it.
import pg from "pg";
import { startEmbedded } from "#store/embedded/embedded.ts";

const [, , dataDir = "", sql = "select 1"] = process.argv;

try {
  const embedded = await startEmbedded({ dataDir, log: () => undefined, settings: { fsync: "off" } });
  const client = new pg.Client(embedded.connection);
  await client.connect();
  const result = await client.query(sql);
  await client.end();
  const { pid, where, directory } = embedded;
  process.stdout.write(`${JSON.stringify({ pid, where, directory, rows: result.rows })}\n`);
  process.stdin.once("end", () => void embedded.stop().then(() => process.exit(0)));
  process.stdin.resume();
} catch (error) {
  process.stdout.write(
    `${JSON.stringify({ error: error instanceof Error ? error.message : String(error) })}\n`,
  );
}
