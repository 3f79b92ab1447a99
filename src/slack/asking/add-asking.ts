import type { App } from "@slack/bolt";
import type { SlackDeps } from "#slack/client/deps.ts";
import { addAskForm, addShortcuts } from "./listen-shortcuts.ts";
import { addCommands, addMessages } from "./listen-typed.ts";

/** Every way in which people ask, put to Bolt: a command, a message to the bot, a shortcut with its form. */
export function addAsking(app: App, deps: SlackDeps): void {
  addCommands(app, deps);
  addMessages(app, deps);
  addShortcuts(app, deps);
  addAskForm(app, deps);
}
