import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, describe, test } from "node:test";
import type { WebClient } from "@slack/web-api";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import { actionsBlock, eventually, servePage, startWithClient, until } from "./support.ts";

describe("the page's server", () => {
  let slack: SlackStandIn;
  let client: WebClient;
  let page: Awaited<ReturnType<typeof servePage>>;
  const json = { "content-type": "application/json" };
  const known = () => ({ "x-playground-token": slack.page.token });
  const say = (text: string, as = slack.users.ana) =>
    JSON.stringify({ as, channel: slack.channels.infra, text });
  const said = () => slack.messages(slack.channels.infra).map((one) => one.text);

  before(async () => {
    ({ slack, client } = await startWithClient());
    page = await servePage(slack);
  });
  after(async () => {
    await page.stop();
    await slack.stop();
  });

  test("the page needs the token, its assets do not, and nothing else of the folder is served", async () => {
    assert.equal((await page.call("GET", "")).status, 403);
    assert.equal((await page.call("GET", "?token=wrong")).status, 403);
    const right = await page.call("GET", `?token=${slack.page.token}`);
    assert.equal(right.status, 200);
    assert.match(right.text, /Greenlight playground/);
    assert.match(
      String(right.headers["content-security-policy"]),
      /default-src 'self'.*frame-ancestors 'none'/,
    );
    assert.equal((await page.call("GET", "styles/page.css")).status, 200);
    assert.match(String((await page.call("GET", "browser/page.js")).headers["content-type"]), /javascript/);
    for (const path of ["slack.ts", "server.ts", "..%2fslack.ts", "../main.ts"])
      assert.notEqual((await page.call("GET", path, known())).status, 200, path);
  });

  test("a post gets through only with token, Host, Origin and content type as they should be", async () => {
    const own = `127.0.0.1:${page.port}`;
    const refusedWith: [Record<string, string>, number][] = [
      [json, 403],
      [{ ...json, "x-playground-token": "wrong" }, 403],
      [{ ...json, ...known(), host: "evil.example" }, 403],
      [{ ...json, ...known(), host: `evil.example:${page.port}` }, 403],
      [{ ...json, ...known(), host: "127.0.0.1:1" }, 403],
      [{ ...json, ...known(), origin: "https://evil.example" }, 403],
      [{ ...json, ...known(), origin: "null" }, 403],
      [{ ...json, ...known(), origin: "http://127.0.0.1:1" }, 403],
      [{ ...known(), "content-type": "text/plain" }, 415],
      [{ ...known(), "content-type": "application/x-www-form-urlencoded" }, 415],
      [known(), 415],
    ];
    for (const [headers, status] of refusedWith)
      assert.equal(
        (await page.call("POST", "say", headers, say("no"))).status,
        status,
        JSON.stringify(headers),
      );
    const inAddress = await page.call("POST", `say?token=${slack.page.token}`, json, say("no"));
    assert.equal(inAddress.status, 403);
    assert.deepEqual(said(), []);
    for (const headers of [{}, { origin: `http://${own}` }, { host: `localhost:${page.port}` }])
      assert.equal(
        (await page.call("POST", "say", { ...json, ...known(), ...headers }, say("yes"))).status,
        200,
      );
    assert.deepEqual(said(), ["yes", "yes", "yes"]);
  });

  test("reading needs them too", async () => {
    const state = (headers: Record<string, string>) => page.call("GET", "state", headers);
    assert.equal((await state({})).status, 403);
    assert.equal((await page.call("GET", `state?token=${slack.page.token}`)).status, 403);
    assert.equal((await state({ ...known(), host: "evil.example" })).status, 403);
    assert.equal((await state({ ...known(), origin: "https://evil.example" })).status, 403);
    assert.equal((await state(known())).status, 200);
    assert.equal((await page.call("GET", "stream?token=wrong")).status, 403);
  });

  test("a post that is no JSON, misses a field, or cannot be done says so", async () => {
    const post = (path: string, body: string) => page.call("POST", path, { ...json, ...known() }, body);
    assert.equal((await post("say", "{")).status, 400);
    assert.match((await post("say", "{}")).text, /as, channel, text/);
    assert.match((await post("say", say("x", "U0NOBODY01"))).text, /Nobody here/);
    assert.equal((await post("nonsense", "{}")).status, 404);
    assert.equal((await post("say", say("x".repeat(300_000)))).status, 413);
    assert.equal((await page.call("DELETE", "say", known())).status, 405);
  });

  test("everybody sees what is theirs to see", async () => {
    const stateOf = async (as: string) =>
      JSON.parse((await page.call("GET", `state?as=${as}`, known())).text) as State;
    const { ana, ben, gus } = slack.users;
    await client.chat.postEphemeral({ channel: slack.channels.infra, user: ana, text: "only Ana" });
    const texts = async (as: string) => (await stateOf(as)).messages.map((one) => one.text);
    assert.ok((await texts(ana)).includes("only Ana"));
    assert.ok(!(await texts(ben)).includes("only Ana"));
    const rooms = async (as: string) => (await stateOf(as)).channels.map((one) => one.name);
    assert.deepEqual(await rooms(ana), ["infra", "general", "ops-private", "greenlight"]);
    assert.deepEqual(await rooms(gus), ["infra", "general", "greenlight"]);
    const state = await stateOf(ben);
    assert.equal(state.me, ben);
    assert.equal(state.team.name, "Acme");
    assert.equal(
      state.users.some((one) => one.id === slack.users.dora),
      false,
    );
    assert.deepEqual(
      state.commands.map((one) => one.command),
      ["/infra"],
    );
  });

  test("the stream tells what happens, to whom it concerns", async () => {
    const ana = openStream(page.port, slack.users.ana, slack.page.token);
    const ben = openStream(page.port, slack.users.ben, slack.page.token);
    await until(() => ana.isOpen() && ben.isOpen());
    const { infra } = slack.channels;
    const blocks = [actionsBlock("go", "1")];
    const { ts = "" } = await client.chat.postMessage({ channel: infra, text: "card", blocks });
    await client.chat.update({ channel: infra, ts, text: "changed" });
    await client.chat.postEphemeral({ channel: infra, user: slack.users.ana, text: "psst" });
    await client.chat.delete({ channel: infra, ts });
    await slack.say({ as: slack.users.ana, channel: infra, text: "/infra x" }).delivered;
    await until(() => ana.events.length >= 5);
    const short = (event: Heard) => [event.type, event.message?.text ?? event.text ?? event.ts];
    assert.deepEqual(ana.events.map(short), [
      ["message", "card"],
      ["message", "changed"],
      ["message", "psst"],
      ["deleted", ts],
      ["notice", '/infra failed with the error "dispatch_failed"'],
    ]);
    assert.deepEqual(ben.events.map(short), [
      ["message", "card"],
      ["message", "changed"],
      ["deleted", ts],
    ]);
    ana.close();
    ben.close();
  });

  test("a click by the page arrives as that person's", async () => {
    const { infra } = slack.channels;
    const blocks = [actionsBlock("go", "1")];
    const { ts = "" } = await client.chat.postMessage({ channel: infra, text: "card", blocks });
    const press = {
      as: slack.users.ben,
      channel: infra,
      ts,
      block_id: "with_go",
      action_id: "go",
      value: "1",
    };
    const answer = await page.call("POST", "click", { ...json, ...known() }, JSON.stringify(press));
    assert.deepEqual(JSON.parse(answer.text), { ok: true });
    const notice = await eventually(() => slack.notices(slack.users.ben)[0]);
    assert.match(notice.text, /dispatch_failed/);
  });
});

type State = {
  team: { name: string };
  me: string;
  users: { id: string }[];
  channels: { name: string }[];
  commands: { command: string }[];
  messages: { text: string }[];
};
type Heard = { type: string; message?: { text: string }; text?: string; ts?: string };

function openStream(port: number, as: string, token: string) {
  const events: Heard[] = [];
  let open = false;
  const outgoing = request({ host: "127.0.0.1", port, path: `/playground/stream?as=${as}&token=${token}` });
  outgoing.on("response", (incoming) => {
    open = incoming.statusCode === 200;
    incoming.setEncoding("utf8");
    incoming.on("error", () => undefined);
    incoming.on("data", (part: string) => {
      for (const line of part.split("\n"))
        if (line.startsWith("data: ")) events.push(JSON.parse(line.slice(6)) as Heard);
    });
  });
  outgoing.on("error", () => undefined);
  outgoing.end();
  return { events, isOpen: () => open, close: () => outgoing.destroy() };
}
