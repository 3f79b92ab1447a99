import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import { answerOf, verdictOf } from "#test/support/cards.ts";
import { startOwnSlack } from "#test/support/own-slack.ts";
import { ANA_SECRET, type Program, startProgram } from "#test/support/program.ts";
import { askFor, hasButton, now, press, waitFor } from "#test/support/slack.ts";
import { soon } from "#test/support/soon.ts";

const OPEN = "apps.connections.open";

describe("a Slack that does not let itself be heard any more", { timeout: 120_000 }, () => {
  let slack: SlackStandIn;
  let program: Program;
  before(async () => {
    slack = await startOwnSlack();
    program = await startProgram({
      GREENLIGHT_MIX: "yes",
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: slack.tokens.bot,
      SLACK_APP_TOKEN: slack.tokens.app,
      GREENLIGHT_APPROVERS: slack.users.ben,
    });
  });
  after(async () => {
    await program.close();
    await slack.stop();
  });

  const readiness = async () => {
    const answer = await fetch(`${program.app.address}/readyz`);
    return { status: answer.status, ...((await answer.json()) as { troubles?: Record<string, object> }) };
  };
  const parts = { database: "ok", slack_hears: "ok", slack_speaks: "ok" };
  const ALL_OK = { status: 200, ok: true, parts };
  const bothOpen = () => soon("both sockets", async () => slack.connections() === 2);

  it("is named by /readyz, which stays green; the API goes on, and Slack is heard again once the token works", async () => {
    await bothOpen();
    assert.deepEqual(await readiness(), ALL_OK);
    const card = await askFor(slack, "scale payment-api to 4 replicas in production");
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
    slack.faults.errorOn(1_000_000, "invalid_auth", OPEN);
    slack.faults.socketModeOff();
    await soon("the deaf state", async () => (await readiness()).troubles?.["slack_deaf"] !== undefined);
    const { status, troubles } = await readiness();
    assert.equal(status, 200);
    assert.partialDeepStrictEqual(troubles, { slack_deaf: { why: "invalid_auth" } });
    const asked = await fetch(`${program.app.address}/infra-change`, {
      method: "POST",
      headers: { authorization: `Bearer ${ANA_SECRET}`, "content-type": "application/json" },
      body: JSON.stringify({ description: "show the pods in production" }),
    });
    assert.equal(asked.status, 202);
    const { thread_id } = (await asked.json()) as { thread_id: string };
    await program.until(thread_id, "done");
    const tries = slack.calls.filter(({ method }) => method === OPEN).length;
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const more = slack.calls.filter(({ method }) => method === OPEN).length - tries;
    assert.ok(more <= 6, `${more} tries in 3 s of two sockets`);
    slack.faults.heal(OPEN);
    await bothOpen();
    assert.deepEqual(await readiness(), ALL_OK);
    await press(slack, slack.users.ben, card, "greenlight:approve");
    await verdictOf(slack, card);
  });

  it("survives what its sockets can bring: other refusals, rubbish, a goodbye before its time, an address that is none", async () => {
    slack.faults.errorOn(1, "something_new", OPEN);
    slack.faults.errorOn(1, "token_revoked", OPEN);
    slack.faults.rateLimit(1, 1, OPEN);
    slack.faults.fail(1, 503, OPEN);
    slack.faults.dropAfterAccept(1, OPEN);
    slack.faults.socketModeOff();
    await soon("both are gone", async () => slack.connections() === 0);
    await bothOpen();
    for (const text of [
      "null",
      "[]",
      "7",
      "{}",
      "not json",
      '{"type":"events_api"}',
      '{"type":"events_api","payload":{}}',
      '{"type":"events_api","payload":{"event":null},"envelope_id":7}',
      '{"type":"slash_commands"}',
      '{"type":"interactive","payload":null,"envelope_id":"e"}',
      '{"type":"disconnect"}',
    ])
      slack.faults.garble(text);
    await bothOpen();
    slack.faults.disconnectRefresh();
    slack.faults.offline(2_000);
    await soon("cut", async () => slack.connections() === 0);
    await bothOpen();
    const card = await askFor(slack, "show the pods in production");
    await answerOf(slack, card);
  });
});
