import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Change } from "#change/change.ts";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import { directId, type Message } from "#playground/slack/workspace.ts";
import { GROUP_TITLES } from "#slack/words/list.ts";
import { approvedAs } from "#test/support/approved.ts";
import { inState } from "#test/support/cards.ts";
import { type Program, planOf, startProgram } from "#test/support/program.ts";
import {
  askFor,
  cards,
  changeIdOf,
  hasButton,
  mrkdwnOf,
  now,
  standIn,
  textOf,
  typed,
  waitFor,
} from "#test/support/slack.ts";

describe("the words after /infra", () => {
  let program: Program;
  let slack: SlackStandIn;
  let waiting: Change;
  let hidden: Change;
  before(async () => {
    program = await startProgram();
    slack = standIn(program);
    const card = await askFor(slack, "scale payment-api to 5 replicas in production");
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
    waiting = await mustGet(await changeIdOf(slack, card));
    // Where Ana is in the channel too, but only as long as she types there.
    hidden = await askAs(slack.users.ben, slack.channels.opsPrivate, "restart checkout in production");
  });
  after(() => program.close());

  async function mustGet(id: string): Promise<Change> {
    const change = await program.app.changes.get(id);
    assert.ok(change);
    return change;
  }

  async function askAs(userId: string, channelId: string, request: string): Promise<Change> {
    const teamId = slack.team.id;
    const asked = await program.app.changes.ask({
      ...{ request, requester: { kind: "slack", teamId, userId }, home: { teamId, channelId } },
      ...{ planOnly: false, idempotencyKey: crypto.randomUUID() },
    });
    assert.equal(asked.kind, "accepted");
    assert.ok("change" in asked);
    return program.until(asked.change.id, "waiting", "done", "failed");
  }

  async function say(text: string, as = slack.users.ana, channel: string = slack.channels.infra) {
    return textOf(await typed(slack, text, { as, channel }));
  }

  it("answers help by itself and for nothing, with every word", async () => {
    const help = await say("/infra");
    for (const word of ["list", "status", "logs", "history", "check", "plan", "cancel", "unlock", "help"])
      assert.match(help, new RegExp(`/infra ${word}`));
    assert.equal(await say("/infra HELP").then((text) => /\/infra history/.test(text)), true);
  });

  it("starts nothing for a word that is misspelt, later, or has too much behind it", async () => {
    const before = cards(slack).length;
    const says: [string, RegExp][] = [
      ["/infra lsit mine", approvedAs("words/misspelt")],
      ["/infra staus 12345678", /"\/infra status"/],
      ["/infra chek kubectl delete ns production", /"\/infra check"/],
      ["/infra histroy payment-api", /"\/infra history"/],
      ["/infra palyn", /palyn.*"\/infra help"/],
      ["/infra deploy", approvedAs("words/one-word")],
      ["/infra list the pods in staging", approvedAs("words/list-usage")],
      ["/infra cancel the rollout in production", approvedAs("words/cancel-usage")],
      ["/infra cancle 12345678 not needed", /"\/infra cancel"/],
      ["/infra stop 12345678", /"\/infra cancel"/],
      ["/infra approve 12345678", /"\/infra status"/],
      ["/infra unlok 12345678 because", /"\/infra unlock"/],
      ["/infra status", approvedAs("words/status-usage")],
      ["/infra status 1234567", approvedAs("words/status-usage")],
      ["/infra logs payment-api", approvedAs("words/logs-usage")],
      ["/infra check", approvedAs("words/check-usage")],
      ["/infra plan", approvedAs("words/plan-usage")],
      ["/infra plan restart", approvedAs("words/plan-usage")],
      ["/infra history", approvedAs("words/history-usage")],
    ];
    for (const [text, answer] of says) assert.match(await say(text), answer, text);
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(cards(slack).length, before);
  });

  it("lists what waits for an approver, with state, id, request, requester, environment, risk and link", async () => {
    const list = await typed(slack, "/infra list", { as: slack.users.ben });
    const text = textOf(list.blocks);
    assert.ok(text.includes(GROUP_TITLES.waiting));
    assert.match(
      text,
      new RegExp(`archives/${slack.channels.infra}/p\\d+","text":"${waiting.id.slice(0, 8)}"`),
    );
    assert.match(text, /Scale payment-api 3 → 5/);
    assert.match(text, new RegExp(`"user_id":"${slack.users.ana}"`));
    assert.match(text, /production · medium [^"]*(just now|\d+ min)/);
    assert.match(list.text, /\b1\b/);
  });

  it("shows a requester theirs, and that nothing of it waits for them", async () => {
    const text = await say("/infra list");
    assert.ok(text.includes(GROUP_TITLES.mine) && !text.includes(GROUP_TITLES.waiting));
    assert.match(await say("/infra list waiting"), approvedAs("words/list-none-waiting"));
    assert.match(await say("/infra list mine production"), new RegExp(waiting.id.slice(0, 8)));
    assert.match(await say("/infra list mine staging"), approvedAs("words/list-none-narrowed"));
    assert.match(await say("/infra list needs_person"), /needs_person/);
  });

  it("keeps the changes of a channel to it, but for whoever asked and whoever may approve", async () => {
    const { ana, ben, cleo } = slack.users;
    const id = hidden.id.slice(0, 8);
    const seen = async (as: string, channel: string) => (await say("/infra list", as, channel)).includes(id);
    const { infra, opsPrivate } = slack.channels;
    assert.equal(await seen(ana, infra), false);
    assert.equal(await seen(ana, directId(ana)), false);
    assert.equal(await seen(ana, opsPrivate), true);
    assert.equal(await seen(ben, infra), true);
    assert.equal(await seen(cleo, infra), false);
    assert.equal(await seen(cleo, directId(cleo)), true);
    for (const word of ["status", "logs"]) {
      assert.match(await say(`/infra ${word} ${id}`, ana), approvedAs("words/id-unknown"));
      assert.match(
        await say(`/infra ${word} ${hidden.id}`, ana, directId(ana)),
        approvedAs("words/id-unknown"),
      );
      assert.doesNotMatch(await say(`/infra ${word} ${id}`, ana, opsPrivate), approvedAs("words/id-unknown"));
      assert.doesNotMatch(await say(`/infra ${word} ${id}`, ben), approvedAs("words/id-unknown"));
      assert.doesNotMatch(await say(`/infra ${word} ${id}`, cleo), approvedAs("words/id-unknown"));
    }
    assert.match(await say("/infra history checkout", ana), approvedAs("words/history-none"));
    assert.match(await say("/infra history checkout", cleo), new RegExp(id));
    const guest = await say(`/infra status ${waiting.id}`, slack.users.gus);
    assert.match(guest, /Guests/);
  });

  it("says where a change stands: its steps, what it waits for, who can approve", async () => {
    const status = await typed(slack, `/infra status ${waiting.id.slice(0, 8)}`);
    const text = textOf(status.blocks);
    assert.match(text, inState("waiting"));
    assert.match(text, /"Medium [^"]* · production"/);
    assert.match(text, /kubectl scale deployment\/payment-api --replicas=5 -n production/);
    assert.match(text, new RegExp(`"user_id":"${slack.users.ben}"`));
    assert.match(text, /archives\/[^"|]*\|/);
    assert.match(await say(`/infra status \`${waiting.id.toUpperCase()}\``), inState("waiting"));
    assert.match(await say("/infra status 0123456789"), /\b0123456789\b/);
  });

  it("shows the changes an ambiguous beginning of an id may mean, of those one may see", async () => {
    const of = async (id: string, channelId: string, requester: string) => {
      const teamId = slack.team.id;
      await program.app.database.query(
        `insert into changes (id, status, request, requester, requester_key, home_team, home_channel, plan_only, idempotency_key)
         values ($1::uuid, 'planned', $5, $2, $3, $6, $4, true, $5)`,
        [
          id,
          JSON.stringify({ kind: "slack", teamId, userId: requester }),
          `slack:${requester}`,
          channelId,
          `twin ${id.slice(9, 13)}`,
          teamId,
        ],
      );
    };
    const { ana, ben } = slack.users;
    await of("abcdef01-0001-4000-8000-000000000000", slack.channels.infra, ana);
    await of("abcdef01-0002-4000-8000-000000000000", slack.channels.infra, ana);
    await of("abcdef01-0003-4000-8000-000000000000", slack.channels.opsPrivate, ben);
    const text = await say("/infra status abcdef01");
    assert.match(text, /\b2\b[^"]*abcdef01/);
    assert.match(text, /twin 0001/);
    assert.doesNotMatch(text, /twin 0003/);
    assert.match(await say("/infra status abcdef01-0002"), inState("planned"));
    assert.match(await say("/infra status abcdef01-0003"), approvedAs("words/id-unknown"));
  });

  it("shows the last lines of each step, and of one", async () => {
    const card = await askFor(slack, "scale web to 3 replicas in staging");
    const id = await changeIdOf(slack, card);
    assert.match(await say(`/infra logs ${waiting.id}`), approvedAs("words/logs-nothing"));
    await program.until(id, "done");
    const logs = textOf((await typed(slack, `/infra logs ${id.slice(0, 8)}`)).blocks);
    assert.match(logs, /\b1\b[^"]*\b2\b[^"]*done/);
    assert.match(logs, /rich_text_preformatted.*scaled/);
    assert.match(logs, /archives\//);
    assert.match(await say(`/infra logs ${id} 1`), /scaled/);
    assert.match(await say(`/infra logs ${id} 3`), /\b3\b/);
    assert.match(await say(`/infra logs ${id} one`), approvedAs("words/logs-no-step"));
  });

  it("finds what touched a target, however it is named", async () => {
    const id = waiting.id.slice(0, 8);
    for (const target of [
      "payment-api",
      "deployments/payment-api",
      "deploy/payment-api",
      "production/payment-api",
      "production/deployment/payment-api",
      "deployment/payment-api in production",
    ])
      assert.match(await say(`/infra history ${target}`), new RegExp(id), target);
    for (const target of ["payment", "services/payment-api", "staging/payment-api", "%"])
      assert.doesNotMatch(await say(`/infra history ${target}`), new RegExp(id), target);
  });

  it("says what the policy makes of a command line, who would be asked, and runs nothing", async () => {
    const before = cards(slack).length;
    const medium = await say("/infra check kubectl scale deployment/payment-api --replicas=9 -n production");
    assert.match(medium, /\bmedium\b/);
    assert.match(medium, new RegExp(`<@${slack.users.ben}>`));
    const staging = await say("/infra check `kubectl scale deployment/web --replicas=9 -n staging`");
    assert.match(staging, /\bmedium\b/);
    assert.doesNotMatch(staging, /<@/);
    assert.match(await say("/infra check rm -rf /"), approvedAs("words/check-refused"));
    const secret = "AKIAIOSFODNN7EXAMPLQ";
    const told = await say(`/infra check kubectl annotate deployment/web key=${secret} -n staging`);
    assert.match(told, /kubectl annotate/);
    assert.doesNotMatch(told, new RegExp(secret));
    assert.match(
      await say("/infra check kubectl get pods; kubectl delete ns production"),
      approvedAs("words/check-refused"),
    );
    assert.match(await say("/infra check kubectl delete deployment legacy -n production"), /\bhigh\b/);
    assert.equal(cards(slack).length, before);
  });

  it("plans without ever running: no question, no permission, and who would have to approve", async () => {
    const card = await askFor(slack, "plan restart web in production");
    const id = await changeIdOf(slack, card);
    await program.until(id, "planned");
    await waitFor(() => (inState("planned").test(textOf(now(slack, card))) ? true : undefined), "the card");
    const text = textOf(now(slack, card).blocks);
    assert.match(text, /kubectl rollout restart deployment\/web/);
    assert.match(text, new RegExp(`<@${slack.users.ben}>`));
    assert.doesNotMatch(text, /greenlight:approve/);
    const { rows } = await program.app.database.query("select 1 from decisions where change_id = $1", [id]);
    assert.deepEqual(rows, []);
    assert.deepEqual(await program.ran(id), []);
  });

  it("keeps text of others literal, and within what Slack takes, however much there is of it", async () => {
    const hostile = `<!channel> <@U0BEN00001> *bold* \`code\` https://evil.example ${"x".repeat(3_000)}`;
    program.model.script(
      Array.from({ length: 8 }, () => ({
        agent: "planner" as const,
        json: planOf([["version", null]], "high"),
      })),
    );
    for (let number = 1; number <= 8; number += 1)
      await askAs(slack.users.ana, slack.channels.infra, `${number} ${hostile}`);
    const id = (await newest()) ?? "";
    const answers: Message[] = [];
    for (const text of [
      "/infra list",
      "/infra list all",
      "/infra list waiting",
      `/infra status ${id}`,
      `/infra logs ${id}`,
      `/infra history ${hostile}`,
      `/infra check kubectl get pods -l 'a=${hostile}'`,
      `/infra list ${"<!channel>"} ${"y".repeat(2_000)}`,
      `/infra status <!channel>`,
      `/infra ${"<!here>"}`,
    ])
      answers.push(await typed(slack, text, { as: slack.users.ben }));
    for (const answer of answers) {
      assert.ok(answer.blocks !== null, `its blocks were refused: ${answer.text}`);
      assert.ok(answer.blocks.length <= 50);
      for (const mrkdwn of [answer.text, ...mrkdwnOf(answer.blocks)])
        assert.doesNotMatch(mrkdwn, /<!(channel|here)>|<@U0BEN00001> \*|(?<!\w)https:\/\/evil/);
      assert.doesNotMatch(textOf(answer.blocks), /"url":"[^"]*evil/);
    }
  });

  async function newest(): Promise<string | undefined> {
    const { rows } = await program.app.database.query<{ id: string }>(
      "select id from changes order by created_at desc limit 1",
    );
    return rows[0]?.id;
  }

  it("cancels what its requester or an approver names, from wherever they may see it", async () => {
    const { ana, ben, cleo } = slack.users;
    const cancel = async (as: string, id: string, reason = "") =>
      (await typed(slack, `/infra cancel ${id} ${reason}`, { as })).text;
    const secret = await askAs(ben, slack.channels.opsPrivate, "restart web in production");
    assert.match(await cancel(ana, secret.id), approvedAs("words/id-unknown"));
    assert.equal((await mustGet(secret.id)).status, "waiting");
    assert.match(
      await cancel(cleo, secret.id.slice(0, 8), "not *today* <!here>"),
      approvedAs("clicks/cancelled"),
    );
    const ended = await program.until(secret.id, "cancelled");
    assert.deepEqual(await program.ran(secret.id), []);
    assert.equal(ended.cancel?.reason, "not *today* <!here>");
    assert.match(await cancel(cleo, secret.id), approvedAs("clicks/cancel-already"));
    const own = await askAs(ana, slack.channels.infra, "scale checkout to 4 replicas in production");
    assert.match(await cancel(ana, own.id), approvedAs("clicks/cancelled"));
    assert.match(await say(`/infra status ${own.id}`), inState("cancelled"));
  });

  it("says how many more there are, and where", async () => {
    const text = await say("/infra list", slack.users.ben);
    assert.match(text, /\b\d+ .*\/infra list waiting/);
    assert.doesNotMatch(await say("/infra list waiting", slack.users.ben), /\/infra list waiting/);
  });
});
