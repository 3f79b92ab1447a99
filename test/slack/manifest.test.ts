import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { z } from "zod";
import { defaultShortcuts } from "../../src/playground/slack-shortcuts.ts";
import { NEEDED_SCOPES, OPTIONAL_SCOPES } from "../../src/slack/scopes.ts";
import { ASK_MESSAGE_SHORTCUT, ASK_SHORTCUT } from "../../src/slack/shortcuts.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/** Which bot scopes each Web API method wants, after Slack's method pages. */
const SCOPES_OF: Record<string, string[]> = {
  "auth.test": [],
  "chat.postMessage": ["chat:write"],
  "chat.postEphemeral": ["chat:write"],
  "chat.update": ["chat:write"],
  "files.uploadV2": ["files:write"],
  "conversations.info": ["channels:read", "groups:read"],
  "conversations.history": ["channels:history", "groups:history", "im:history"],
  "conversations.open": ["im:write"],
  "conversations.replies": ["channels:history", "groups:history"],
  "usergroups.users.list": ["usergroups:read"],
  "users.info": ["users:read"],
  "views.open": [],
  "views.push": [],
  "views.update": [],
  "views.publish": [],
};

/** Which bot scope each event wants. The others of `conversations.history` are asked for on their own account. */
const SCOPES_OF_EVENT: Record<string, string[]> = {
  app_mention: ["app_mentions:read"],
  app_home_opened: [],
  "message.im": ["im:history"],
};

const Manifest = z.object({
  display_information: z.object({
    name: z.string().max(35),
    description: z.string().max(140),
    long_description: z.string().min(175).max(4_000),
  }),
  features: z.object({
    shortcuts: z.array(
      z.object({
        name: z.string().max(40),
        type: z.enum(["global", "message"]),
        callback_id: z.string().max(255),
        description: z.string().max(150),
      }),
    ),
    slash_commands: z.array(
      z.object({ command: z.string().regex(/^\//).max(32), should_escape: z.literal(true) }),
    ),
  }),
  oauth_config: z.object({
    scopes: z.object({ bot: z.array(z.string()), bot_optional: z.array(z.string()) }),
  }),
  settings: z.object({
    interactivity: z.object({ is_enabled: z.literal(true) }),
    event_subscriptions: z.object({ bot_events: z.array(z.string()) }),
    socket_mode_enabled: z.literal(true),
  }),
});

describe("manifest.yml", () => {
  it("asks for the scopes of every method that is called, and for no other", async () => {
    const manifest = await read();
    const { bot_events } = manifest.settings.event_subscriptions;
    const wanted = new Set([
      ...(await methodsCalled()).flatMap((method) => scopesOf(method)),
      ...bot_events.flatMap((event) => SCOPES_OF_EVENT[event] ?? assert.fail(`${event} is not in the table`)),
    ]);
    const { bot, bot_optional } = manifest.oauth_config.scopes;
    assert.deepEqual([...bot, ...bot_optional].toSorted(), [...wanted, "commands"].toSorted());
    assert.deepEqual(bot.toSorted(), [...NEEDED_SCOPES].toSorted());
    assert.deepEqual(bot_optional.toSorted(), [...OPTIONAL_SCOPES].toSorted());
  });

  it("is of Slack's shape, with Socket Mode and buttons on, and subscribes to the events that are handled", async () => {
    const manifest = await read();
    const subscribed = manifest.settings.event_subscriptions.bot_events.map((name) => name.split(".")[0]);
    assert.deepEqual(subscribed.toSorted(), (await eventsHandled()).toSorted());
  });

  it("names the shortcuts that open a form, and the playground's has the same", async () => {
    const { shortcuts } = (await read()).features;
    assert.deepEqual(
      shortcuts.map(({ type, callback_id }) => [type, callback_id]),
      [
        ["global", ASK_SHORTCUT],
        ["message", ASK_MESSAGE_SHORTCUT],
      ],
    );
    const own = shortcuts.map(({ name, type, callback_id: callbackId }) => ({ type, name, callbackId }));
    assert.deepEqual(own, defaultShortcuts);
  });
});

async function read() {
  return Manifest.parse(parse(await readFile(join(ROOT, "manifest.yml"), "utf8")));
}

function scopesOf(method: string): string[] {
  const scopes = SCOPES_OF[method];
  assert.ok(scopes !== undefined, `${method} is called and not in the table`);
  return scopes;
}

async function methodsCalled(): Promise<string[]> {
  const folder = join(ROOT, "src", "slack");
  const found = new Set<string>();
  for (const name of await readdir(folder)) {
    const text = await readFile(join(folder, name), "utf8");
    for (const [, method] of text.matchAll(
      /\b((?:auth|chat|conversations|usergroups\.users|users|views|files|bots|team)\.[a-z]\w+)\(/gu,
    ))
      if (method !== undefined) found.add(method);
  }
  assert.ok(found.size >= 5, `only found ${[...found].join(", ")}`);
  return [...found];
}

async function eventsHandled(): Promise<string[]> {
  const text = await readFile(join(ROOT, "src", "slack", "listeners.ts"), "utf8");
  return [...text.matchAll(/\bapp\.event\("(\w+)"/gu)].flatMap(([, name]) => name ?? []);
}
