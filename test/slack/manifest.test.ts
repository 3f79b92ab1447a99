import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { AppsManifestCreateArguments } from "@slack/web-api";
import { parse } from "yaml";
import { z } from "zod";
import { defaultShortcuts } from "#playground/slack/shortcuts.ts";
import { ASK_MESSAGE_SHORTCUT, ASK_SHORTCUT } from "#slack/asking/shortcuts.ts";
import { NEEDED_SCOPES, OPTIONAL_SCOPES } from "#slack/client/scopes.ts";

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

type SlackManifest = AppsManifestCreateArguments["manifest"];
type BotScope = NonNullable<NonNullable<NonNullable<SlackManifest["oauth_config"]>["scopes"]>["bot"]>[number];
type BotEvent = NonNullable<
  NonNullable<NonNullable<SlackManifest["settings"]>["event_subscriptions"]>["bot_events"]
>[number];

/** Every scope and event here is one that Slack's own SDK knows ("@slack/web-api", types/request/manifest): tsc says so. */
const KNOWN_SCOPES: readonly BotScope[] = [...NEEDED_SCOPES, ...OPTIONAL_SCOPES];
const KNOWN_EVENTS: readonly BotEvent[] = ["app_mention", "app_home_opened", "message.im"];

/**
 * Slack's limits of a manifest, in characters or entries. Unless a line says otherwise each is from "App manifest reference"
 * (docs.slack.dev). Slack refuses a whole manifest for one of them, and for a key it does not know ("fix(slack): the Save to
 * Derive shortcut was declared in the wrong manifest section", derive-to/derive).
 */
const LIMITS = {
  name: 35,
  // The reference says 140, and 140 was refused: "fix(slack): Truncate manifest description to prevent app creation
  // failure" (mastra-ai/mastra).
  description: 139,
  // Less is refused: "fix(slack): ensure long_description meets Slack's 174-char minimum" (everruns/everruns).
  longDescription: { least: 174, most: 4_000 },
  botName: 80,
  shortcuts: 10,
  // The reference names none. 27 characters were refused and 24 is the limit: "fix(slack): keep shortcut name within Slack
  // limit" (agentconnect-md/agentconnect); 32 were refused: "Le nom du shortcut de création de l'application est trop long"
  // (1024pix/pix-bot).
  shortcutName: 24,
  shortcutDescription: 150,
  callbackId: 255,
  commands: 50,
  command: 32,
  commandDescription: 2_000,
  usageHint: 1_000,
  scopes: 255,
  events: 100,
} as const;

const text = (most: number) => z.string().min(1).max(most);

const Manifest = z.strictObject({
  _metadata: z.strictObject({ major_version: z.literal(2), minor_version: z.int() }),
  display_information: z.strictObject({
    name: text(LIMITS.name),
    description: text(LIMITS.description),
    long_description: z.string().min(LIMITS.longDescription.least).max(LIMITS.longDescription.most),
    background_color: z.string().regex(/^#(?:[0-9a-f]{3}){1,2}$/i),
  }),
  features: z.strictObject({
    app_home: z.strictObject({
      home_tab_enabled: z.literal(true),
      messages_tab_enabled: z.literal(true),
      messages_tab_read_only_enabled: z.literal(false),
    }),
    bot_user: z.strictObject({ display_name: text(LIMITS.botName), always_online: z.boolean() }),
    shortcuts: z
      .array(
        z.strictObject({
          name: text(LIMITS.shortcutName),
          type: z.enum(["global", "message"]),
          callback_id: text(LIMITS.callbackId),
          description: text(LIMITS.shortcutDescription),
        }),
      )
      .max(LIMITS.shortcuts),
    slash_commands: z
      .array(
        z.strictObject({
          command: text(LIMITS.command).regex(/^\/[a-z0-9_-]+$/),
          description: text(LIMITS.commandDescription),
          usage_hint: text(LIMITS.usageHint),
          should_escape: z.literal(true),
        }),
      )
      .max(LIMITS.commands),
  }),
  oauth_config: z.strictObject({
    scopes: z.strictObject({
      bot: z.array(z.string()).max(LIMITS.scopes),
      bot_optional: z.array(z.string()).max(LIMITS.scopes),
    }),
  }),
  settings: z.strictObject({
    interactivity: z.strictObject({ is_enabled: z.literal(true) }),
    event_subscriptions: z.strictObject({ bot_events: z.array(z.string()).max(LIMITS.events) }),
    socket_mode_enabled: z.literal(true),
    org_deploy_enabled: z.literal(false),
    token_rotation_enabled: z.literal(false),
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
    for (const event of manifest.settings.event_subscriptions.bot_events)
      assert.ok(
        KNOWN_EVENTS.some((known) => known === event),
        `${event} is none that Slack's SDK knows`,
      );
    const { bot, bot_optional } = manifest.oauth_config.scopes;
    for (const scope of [...bot, ...bot_optional])
      assert.ok(
        KNOWN_SCOPES.some((known) => known === scope),
        `${scope} is none that Slack's SDK knows`,
      );
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
  const found = new Set<string>();
  for (const text of await sources()) {
    for (const [, method] of text.matchAll(
      /\b((?:auth|chat|conversations|usergroups\.users|users|views|files|bots|team)\.[a-z]\w+)\(/gu,
    ))
      if (method !== undefined) found.add(method);
  }
  assert.ok(found.size >= 5, `only found ${[...found].join(", ")}`);
  return [...found];
}

async function eventsHandled(): Promise<string[]> {
  return (await sources()).flatMap((text) =>
    [...text.matchAll(/\bapp\.event\("(\w+)"/gu)].flatMap(([, name]) => name ?? []),
  );
}

async function sources(): Promise<string[]> {
  const folder = join(ROOT, "src", "slack");
  const names = (await readdir(folder, { recursive: true })).filter((one) => one.endsWith(".ts"));
  return Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
}
