import type { Answer, Args } from "./answer.ts";
import type { Faults } from "./faults.ts";
import type { Files } from "./files.ts";
import type { Usergroup } from "./people.ts";
import type { RefusedList } from "./refused.ts";
import type { ResponseUrls } from "./response-urls.ts";
import type { Socket } from "./socket.ts";
import type { Triggers } from "./triggers.ts";
import type { Views } from "./views.ts";
import type { Workspace } from "./workspace.ts";

/** A slash command the app has registered. */
export type Command = { command: string; description: string; usageHint: string; shouldEscape: boolean };

/** A shortcut the app has registered: in everybody's menu, or on each message. */
export type Shortcut = { type: "global" | "message"; name: string; callbackId: string };

/** The secrets of this start; an app that knows none of them gets nowhere. */
export type Tokens = { bot: string; app: string; signingSecret: string };

/** The parts of the stand-in that its parts share. */
export type Stand = {
  workspace: Workspace;
  tokens: Tokens;
  scopes: Set<string>;
  commands: Command[];
  shortcuts: Shortcut[];
  /** The bot events the app has subscribed to, named as in a manifest (`app_mention`, `message.channels`). */
  events: Set<string>;
  usergroups: Map<string, Usergroup>;
  faults: Faults;
  triggers: Triggers;
  views: Views;
  responseUrls: ResponseUrls;
  files: Files;
  socket: Socket;
  refused: RefusedList;
  /** `http://127.0.0.1:PORT`, known once it listens. */
  origin(): string;
};

/** One method of the Web API. `scopes`: one of them is enough; none is none. */
export type Method = {
  token: "bot" | "app" | "any";
  scopes: string[];
  run(stand: Stand, args: Args): Answer;
};
