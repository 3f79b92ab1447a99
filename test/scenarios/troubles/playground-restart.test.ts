import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Program, startProgram } from "#test/support/program.ts";
import {
  askFor,
  changeIdOf,
  clickOnHome,
  hasButton,
  now,
  press,
  standIn,
  textOf,
  waitFor,
} from "#test/support/slack.ts";

const APPROVE = "greenlight:approve";

describe("the playground after a restart", { timeout: 300_000 }, () => {
  let program: Program;
  before(async () => {
    program = await startProgram();
  });
  after(() => program.close());

  async function waiting(request: string) {
    const slack = standIn(program);
    const card = await askFor(slack, request);
    await waitFor(() => hasButton(now(slack, card), APPROVE), "the buttons");
    return { card, id: await changeIdOf(slack, card) };
  }

  it("shows what waits in the channel and on the Home, and both take the answer", async () => {
    const { ben } = standIn(program).users;
    const first = await waiting("scale payment-api to 5 replicas in production");
    const second = await waiting("restart checkout in production");
    await standIn(program).openHome(ben).delivered;
    await waitFor(
      () => (textOf(standIn(program).home(ben)).includes(second.id) ? true : undefined),
      "the Home",
    );
    await program.restart();
    const slack = standIn(program);
    assert.ok(hasButton(now(slack, first.card), APPROVE), "the channel shows the card");
    assert.ok(textOf(slack.home(ben)?.given).includes(second.id), "the Home shows the other");
    await waitFor(() => (slack.connections() > 0 ? true : undefined), "the sockets");
    await press(slack, ben, first.card, APPROVE);
    await clickOnHome(slack, ben, APPROVE, second.id);
    for (const { id, card } of [first, second]) {
      await program.until(id, "done");
      await waitFor(
        () => (/Done/u.test(textOf(now(slack, card))) ? true : undefined),
        "the same card says so",
      );
    }
    const cards = slack.messages(slack.channels.infra).filter((one) => one.threadTs === null);
    assert.equal(cards.filter((one) => one.ts === first.card.ts).length, 1);
  });
});
