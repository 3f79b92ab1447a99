import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createLog } from "#observe/log.ts";
import { createRedact } from "#redact/redact.ts";
import { createRedactJson } from "#redact/value.ts";
import { benignCorpus, secretsCorpus } from "#test/redact/corpus.ts";
import { seeing } from "#test/support/box.ts";
import { ANA_SECRET, BEN_SECRET, type Program, planOf, startProgram } from "#test/support/program.ts";
import { askFor, hasButton, now, press, replies, standIn, textOf, waitFor } from "#test/support/slack.ts";

const corpus = secretsCorpus();
const benign = benignCorpus();
/** The long values whole, and short ones too; nothing else in the program looks like them. */
const hidden = [...new Set([...corpus.flatMap((one) => one.secrets), ANA_SECRET, BEN_SECRET])];
/** One request may have 4,000 characters. */
const REQUEST_CHARS = 3_500;

describe("a secret, whatever way it comes in", () => {
  let program: Program;
  let directory: string;
  let receiver: Server;
  const traces: string[] = [];
  const logged: string[] = [];
  const answered: string[] = [];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "greenlight-secrets-"));
    await installKubectl(directory);
    receiver = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(Buffer.from(chunk));
      traces.push(Buffer.concat(chunks).toString("utf8"));
      response.writeHead(request.method === "GET" ? 200 : 202, { "content-type": "application/json" });
      response.end("{}");
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    const bin = [join(directory, "bin"), dirname(process.execPath), "/usr/bin", "/bin"];
    program = await startProgram(
      {
        PATH: bin.join(delimiter),
        GREENLIGHT_MIX: "yes",
        GREENLIGHT_WORKSPACE: join(directory, "workspace"),
        LANGSMITH_TRACING: "true",
        LANGSMITH_ENDPOINT: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`,
        LANGSMITH_API_KEY: "ls-0123456789abcdef",
      },
      seeing(directory),
    );
  });
  after(async () => {
    await program.close();
    receiver.closeAllConnections();
    receiver.close();
    await rm(directory, { recursive: true, force: true });
  });

  it("goes in by requests, a reason, a model's words and a command's output", {
    timeout: 120_000,
  }, async () => {
    const slack = standIn(program);
    const texts = corpus.map((one) => one.text);
    // By what a command prints.
    program.model.script({
      agent: "planner",
      json: planOf([["logs deployment/web -n production --tail=9000", null]], "high"),
    });
    const card = await askFor(slack, "show the log of web in production");
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
    await press(slack, slack.users.ben, card, "greenlight:approve");
    await waitFor(() => replies(slack, card).find((reply) => reply.broadcast), "the verdict");
    await waitFor(
      () => (textOf(replies(slack, card)).includes("rollout status") ? true : undefined),
      "the log",
    );
    // By what people ask for and what a Planner makes of it, in Slack too.
    const said = texts.slice(0, 40).join("\n").slice(0, 1_900);
    program.model.script({
      agent: "planner",
      json: { summary: said, plan: [], risk_level: "low", risk_reason: said, questions: [] },
    });
    const declinedCard = await askFor(slack, texts.slice(0, 12).join(" ").slice(0, 990));
    await waitFor(
      () => (textOf(now(slack, declinedCard).blocks).includes("[redacted]") ? true : undefined),
      "a card that says why",
    );
    for (const [index, request] of packed(texts).entries()) {
      const summary = request.slice(0, 1_900);
      const declined = { summary, plan: [], risk_level: "low", risk_reason: summary, questions: [] };
      program.model.script({ agent: "planner", json: declined });
      const change = index < 3 ? await askByApi(request) : await program.ask(request);
      await program.until(typeof change === "string" ? change : change.id, "failed");
    }
    // By the reason of a decision.
    program.model.script({
      agent: "planner",
      json: planOf([["delete pod web-1 -n production", null]], "high"),
    });
    const waiting = await program.ask("delete the pod web-1");
    assert.equal(waiting.status, "waiting", waiting.error ?? "");
    await api(`/infra-change/${waiting.id}/decision`, {
      answer: "reject",
      revision: waiting.revision,
      digest: waiting.digest,
      reason: texts.slice(0, 12).join(" ").slice(0, 990),
    });
    await program.until(waiting.id, "rejected");
    // Into the process log.
    const secrets = [ANA_SECRET, BEN_SECRET];
    const log = createLog(createRedactJson(createRedact(secrets)), (line) => logged.push(line));
    for (const text of texts)
      log.error({ err: new Error(text), detail: { text }, header: `Bearer ${ANA_SECRET}` }, text);
  });

  it("refuses a plan whose command holds one, and shows it to nobody", async () => {
    const token = corpus.find((one) => one.kind === "github ghp_")?.secrets[0] ?? "";
    program.model.script({
      agent: "planner",
      json: planOf([[`set env deployment/web TOKEN=${token} -n production`, null]], "high"),
    });
    const change = await program.ask("set the token of web");
    assert.equal(change.status, "failed");
    assert.match(change.error ?? "", /^Step 1 holds what looks like a secret/);
    assert.deepEqual(await program.ran(change.id), []);
  });

  it("comes out nowhere: rows, checkpoints, prompts, Slack, traces, answers, log", async () => {
    const slack = standIn(program);
    for (const { thread_id } of await findIds()) answered.push(await api(`/infra-change/${thread_id}`));
    await program.restart();
    const sinks: [string, string][] = [
      ["rows", await rowsOf("greenlight")],
      ["checkpoints", await rowsOf("greenlight_graph")],
      ["prompts", JSON.stringify(program.model.requests.map((request) => request.body))],
      ["Slack", JSON.stringify(slack.calls.map((call) => ({ ...call, token: null })))],
      ["traces", traces.join("\n")],
      ["answers", answered.join("\n")],
      ["log", logged.join("")],
    ];
    for (const [sink, text] of sinks) {
      assert.ok(text.includes("[redacted]"), `nothing came as far as ${sink}, so this shows nothing`);
      const found = hidden.filter((secret) => spellings(secret).some((spelling) => text.includes(spelling)));
      assert.deepEqual(found, [], `in ${sink}`);
    }
  });

  it("leaves what is none readable in the log rows", async () => {
    const rows = await rowsOf("greenlight");
    const lines = benign.flatMap((text) => text.split("\n")).map((line) => JSON.stringify(line).slice(1, -1));
    const lost = lines.filter(
      (line) => !rows.includes(JSON.stringify(line).slice(1, -1)) && !rows.includes(line),
    );
    assert.ok(lost.length <= lines.length * 0.05, lost.join("\n"));
  });

  async function api(path: string, body?: object): Promise<string> {
    const response = await fetch(`${program.app.address}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        authorization: `Bearer ${body === undefined || "answer" in body ? BEN_SECRET : ANA_SECRET}`,
        "content-type": "application/json",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    answered.push(text);
    assert.ok(response.ok, text.slice(0, 300));
    return text;
  }

  async function askByApi(description: string): Promise<string> {
    return JSON.parse(await api("/infra-change", { description })).thread_id;
  }

  async function findIds(): Promise<{ thread_id: string }[]> {
    return (await program.app.database.query<{ thread_id: string }>("select id as thread_id from changes"))
      .rows;
  }

  /** Every row of every table, bytes as text, so that nothing is looked over. */
  async function rowsOf(schema: string): Promise<string> {
    const { database } = program.app;
    const tables = await database.query<{ name: string }>(
      "select table_name as name from information_schema.tables where table_schema = $1",
      [schema],
    );
    const texts: string[] = [];
    for (const { name } of tables.rows) {
      const { rows } = await database.query<Record<string, unknown>>(`select * from ${schema}."${name}"`);
      texts.push(
        JSON.stringify(rows, (_key, value) =>
          isBytes(value) ? Buffer.from(value.data).toString("utf8") : value,
        ),
      );
    }
    return texts.join("\n");
  }
});

function isBytes(value: unknown): value is { data: number[] } {
  return (
    typeof value === "object" &&
    value !== null &&
    "type" in value &&
    value.type === "Buffer" &&
    "data" in value
  );
}

/** A secret as it stands in JSON, and in JSON within JSON. */
function spellings(secret: string): string[] {
  const once = JSON.stringify(secret).slice(1, -1);
  const twice = JSON.stringify(once).slice(1, -1);
  return [secret, once, twice, JSON.stringify(twice).slice(1, -1)];
}

/** The texts, as many to a request as fit. */
function packed(texts: readonly string[]): string[] {
  const requests: string[] = [];
  for (const text of texts) {
    const last = requests.at(-1);
    if (last !== undefined && last.length + text.length < REQUEST_CHARS)
      requests[requests.length - 1] = `${last}\n\n${text}`;
    else requests.push(text.slice(0, REQUEST_CHARS));
  }
  return requests;
}

/** A kubectl that prints the corpus for a log, half of it on each stream, and knows one deployment. */
async function installKubectl(directory: string): Promise<void> {
  const bin = join(directory, "bin");
  await mkdir(bin);
  await mkdir(join(directory, "workspace"));
  const lines = [...corpus.map((one) => one.text), ...benign].join("\n\n");
  await writeFile(join(directory, "printed"), `${lines}\nrollout status is fine\n`);
  const script = `#!/bin/sh
case "$*" in
  "config "*) echo '{"current-context": "a", "clusters": [{"name": "a", "cluster": {"server": "https://a"}}], "contexts": [{"name": "a", "context": {"cluster": "a"}}]}' ;;
  *logs*) cat '${join(directory, "printed")}'; cat '${join(directory, "printed")}' >&2 ;;
  *) echo '{"kind":"List","items":[]}' ;;
esac
`;
  await writeFile(join(bin, "kubectl"), script);
  await chmod(join(bin, "kubectl"), 0o755);
}
