import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Change } from "#change/change.ts";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import { directId, type Message } from "#playground/slack/workspace.ts";
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
      ["/infra lsit mine", /Did you mean .*\/infra list.*Nothing was started/],
      ["/infra staus 12345678", /Did you mean .*\/infra status/],
      ["/infra chek kubectl delete ns production", /Did you mean .*\/infra check/],
      ["/infra histroy payment-api", /Did you mean .*\/infra history/],
      ["/infra palyn", /one word is too little/],
      ["/infra deploy", /one word is too little/],
      ["/infra list the pods in staging", /takes a group/],
      ["/infra cancel the rollout in production", /takes a change's id/],
      ["/infra cancle 12345678 not needed", /Did you mean .*\/infra cancel/],
      ["/infra stop 12345678", /Did you mean .*\/infra cancel/],
      ["/infra approve 12345678", /Did you mean .*\/infra status/],
      ["/infra unlok 12345678 because", /Did you mean .*\/infra unlock/],
      ["/infra status", /takes a change's id/],
      ["/infra status 1234567", /takes a change's id/],
      ["/infra logs payment-api", /takes a change's id/],
      ["/infra check", /takes a command line/],
      ["/infra plan", /takes a request/],
      ["/infra plan restart", /takes a request/],
      ["/infra history", /takes what was touched/],
    ];
    for (const [text, answer] of says) assert.match(await say(text), answer, text);
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(cards(slack).length, before);
  });

  it("lists what waits for an approver, with state, id, request, requester, environment, risk and link", async () => {
    const list = await typed(slack, "/infra list", { as: slack.users.ben });
    const text = textOf(list.blocks);
    assert.match(text, /Waiting for you/);
    assert.match(
      text,
      new RegExp(`archives/${slack.channels.infra}/p\\d+","text":"${waiting.id.slice(0, 8)}"`),
    );
    assert.match(text, /scale payment-api to 5 replicas in production/);
    assert.match(text, new RegExp(`"user_id":"${slack.users.ana}"`));
    assert.match(text, /production · medium risk · (just now|\d+ min ago)/);
    assert.match(list.text, /Waiting for you: 1/);
  });

  it("shows a requester theirs, and that nothing of it waits for them", async () => {
    const text = await say("/infra list");
    assert.match(text, /Asked for by you/);
    assert.doesNotMatch(text, /Waiting for you/);
    assert.match(await say("/infra list waiting"), /Nothing waiting for you/);
    assert.match(await say("/infra list mine production"), new RegExp(waiting.id.slice(0, 8)));
    assert.match(await say("/infra list mine staging"), /Nothing asked for by you \(staging\)/);
    assert.match(await say("/infra list needs_person"), /Nothing all \(needs_person\)|Nothing/);
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
      assert.match(await say(`/infra ${word} ${id}`, ana), /There is no change .* you may see from here/);
      assert.match(await say(`/infra ${word} ${hidden.id}`, ana, directId(ana)), /There is no change/);
      assert.doesNotMatch(await say(`/infra ${word} ${id}`, ana, opsPrivate), /There is no change/);
      assert.doesNotMatch(await say(`/infra ${word} ${id}`, ben), /There is no change/);
      assert.doesNotMatch(await say(`/infra ${word} ${id}`, cleo), /There is no change/);
    }
    assert.match(await say("/infra history checkout", ana), /No change that you may see/);
    assert.match(await say("/infra history checkout", cleo), new RegExp(id));
    const guest = await say(`/infra status ${waiting.id}`, slack.users.gus);
    assert.match(guest, /Guests/);
  });

  it("says where a change stands: its steps, what it waits for, who can approve", async () => {
    const status = await typed(slack, `/infra status ${waiting.id.slice(0, 8)}`);
    const text = textOf(status.blocks);
    assert.match(text, /Waiting for approval · medium risk · production/);
    assert.match(text, /kubectl scale deployment\/payment-api --replicas=5 -n production/);
    assert.match(text, /1 approval needed/);
    assert.match(text, new RegExp(`Can approve: .*${slack.users.ben}`));
    assert.match(text, /archives\/.*\|Its card>/);
    assert.match(await say(`/infra status \`${waiting.id.toUpperCase()}\``), /Waiting for approval/);
    assert.match(await say("/infra status 0123456789"), /There is no change 0123456789/);
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
    assert.match(text, /2 changes begin with abcdef01/);
    assert.match(text, /twin 0001/);
    assert.doesNotMatch(text, /twin 0003/);
    assert.match(await say("/infra status abcdef01-0002"), /Planned only/);
    assert.match(await say("/infra status abcdef01-0003"), /There is no change/);
  });

  it("shows the last lines of each step, and of one", async () => {
    const card = await askFor(slack, "scale web to 3 replicas in staging");
    const id = await changeIdOf(slack, card);
    assert.match(await say(`/infra logs ${waiting.id}`), /Nothing has run of change/);
    await program.until(id, "done");
    const logs = textOf((await typed(slack, `/infra logs ${id.slice(0, 8)}`)).blocks);
    assert.match(logs, /Step 1 of 2 · done/);
    assert.match(logs, /rich_text_preformatted.*scaled/);
    assert.match(logs, /archives\//);
    assert.match(await say(`/infra logs ${id} 1`), /scaled/);
    assert.match(await say(`/infra logs ${id} 3`), /Step 3 has not run/);
    assert.match(await say(`/infra logs ${id} one`), /number of one step/);
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
    assert.match(medium, /allows this · medium risk/);
    assert.match(medium, /a person is asked/);
    assert.match(medium, new RegExp(`Can approve: .*${slack.users.ben}`));
    const staging = await say("/infra check `kubectl scale deployment/web --replicas=9 -n staging`");
    assert.match(staging, /nobody is asked/);
    assert.match(await say("/infra check rm -rf /"), /refuses this/);
    const secret = "AKIAIOSFODNN7EXAMPLQ";
    const told = await say(`/infra check kubectl annotate deployment/web key=${secret} -n staging`);
    assert.match(told, /kubectl annotate/);
    assert.doesNotMatch(told, new RegExp(secret));
    assert.match(await say("/infra check kubectl get pods; kubectl delete ns production"), /refuses this/);
    assert.match(await say("/infra check kubectl delete deployment legacy -n production"), /high risk/);
    assert.equal(cards(slack).length, before);
  });

  it("plans without ever running: no question, no permission, and who would have to approve", async () => {
    const card = await askFor(slack, "plan restart web in production");
    const id = await changeIdOf(slack, card);
    await program.until(id, "planned");
    await waitFor(() => (/Planned only/.test(textOf(now(slack, card))) ? true : undefined), "the card");
    const text = textOf(now(slack, card).blocks);
    assert.match(text, /kubectl rollout restart deployment\/web/);
    assert.match(text, /cannot run/);
    assert.match(text, /To run it would take/);
    assert.match(text, new RegExp(`Can approve: .*${slack.users.ben}`));
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
    assert.match(await cancel(ana, secret.id), /There is no change/);
    assert.equal((await mustGet(secret.id)).status, "waiting");
    assert.match(await cancel(cleo, secret.id.slice(0, 8), "not *today* <!here>"), /^Cancelled/);
    const ended = await program.until(secret.id, "cancelled");
    assert.deepEqual(await program.ran(secret.id), []);
    assert.equal(ended.cancel?.reason, "not *today* <!here>");
    assert.match(await cancel(cleo, secret.id), /Nothing was changed/);
    const own = await askAs(ana, slack.channels.infra, "scale checkout to 4 replicas in production");
    assert.match(await cancel(ana, own.id), /^Cancelled/);
    assert.match(await say(`/infra status ${own.id}`), /Cancelled, nothing was run/);
  });

  it("says how many more there are, and where", async () => {
    const text = await say("/infra list", slack.users.ben);
    assert.match(text, /and \d+ more".*\/infra list waiting/);
    assert.doesNotMatch(await say("/infra list waiting", slack.users.ben), /\/infra list waiting/);
  });
});
