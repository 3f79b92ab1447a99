import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FaultKind } from "#playground/page/acts.ts";
import { createPageServer } from "#playground/page/server.ts";
import { type Acted, unheard } from "./acting.ts";
import { type ClickInput, createClicking } from "./clicking.ts";
import { createDelivery, type DeliveryMode } from "./delivery.ts";
import { createFaults, type Faults } from "./faults.ts";
import { createFiles, type StoredFile } from "./files.ts";
import { type CloseInput, createForms, type SubmitInput } from "./forms.ts";
import { type KeptOptions, openKept } from "./kept.ts";
import { ALL_SCOPES, TIMES } from "./limits.ts";
import {
  APP,
  CHANNELS,
  channel,
  defaultChannels,
  defaultPeople,
  defaultUsergroups,
  type GivenChannel,
  type GivenPerson,
  person,
  TEAM,
  USERS,
  type Usergroup,
} from "./people.ts";
import { createRefused, type Refused } from "./refused.ts";
import { createResponseUrls } from "./response-urls.ts";
import { createSaying, type SayInput } from "./saying.ts";
import { startSlackServer } from "./server.ts";
import { createShortcuts, defaultShortcuts, type ShortcutInput } from "./shortcuts.ts";
import { createSocket } from "./socket.ts";
import type { Command, Shortcut, Stand, Tokens } from "./stand.ts";
import { createTriggers } from "./triggers.ts";
import { createViews, type View } from "./views.ts";
import type { Call } from "./web-api.ts";
import { createWorkspace, type Message, type Notice } from "./workspace.ts";

/** What may be different from the company everybody starts with. People, channels and groups come in addition. */
export type SlackOptions = {
  team?: typeof TEAM;
  users?: GivenPerson[];
  channels?: GivenChannel[];
  /** The granted bot scopes; all but `chat:write.public` when not given. */
  scopes?: string[];
  /** The bot events subscribed to. */
  events?: string[];
  commands?: (Pick<Command, "command"> & Partial<Command>)[];
  shortcuts?: Shortcut[];
  usergroups?: Usergroup[];
  /** Milliseconds since 1970; timestamps, trigger ids and response_urls go by it. */
  clock?: () => number;
  port?: number;
  /** Where its messages and Homes outlive the program; nowhere when not given. */
  keptIn?: KeptOptions;
  /** How long an app has for its ack; Slack's three seconds when not given. */
  ackMs?: number;
};

/** The faults a test or a visitor can bring about. `offline` takes the whole company away for a while. */
export type SlackFaults = Pick<
  Faults,
  | "rateLimit"
  | "dropAfterAccept"
  | "fail"
  | "errorOn"
  | "heal"
  | "perMinute"
  | "duplicateEnvelope"
  | "refuseBlocks"
> & {
  disconnectRefresh(): void;
  /** Socket Mode is switched off; asked for another connection, Slack goes on giving them unless that is armed too. */
  socketModeOff(): void;
  /** Every connection gets this text. */
  garble(text: string): void;
  offline(ms: number): void;
};

/** A running stand-in for Slack on loopback, with its page. */
export type SlackStandIn = {
  /** For `clientOptions.slackApiUrl`. */
  apiUrl: string;
  tokens: Tokens;
  page: { listener: (request: IncomingMessage, response: ServerResponse) => void; token: string };
  team: typeof TEAM;
  users: typeof USERS;
  channels: typeof CHANNELS;
  /** The groups as they are; who is in one may be changed at any time. */
  usergroups: ReadonlyMap<string, Usergroup>;
  botUserId: string;
  say(input: SayInput): Acted;
  click(input: ClickInput): Acted;
  submit(input: SubmitInput): Acted;
  close(input: CloseInput): Acted;
  shortcut(input: ShortcutInput): Acted;
  openHome(as: string): Acted;
  /** What everybody in the channel can read, replies included, oldest first. */
  messages(channel: string): Message[];
  /** The parent and its replies, oldest first. */
  thread(channel: string, ts: string): Message[];
  ephemerals(user: string): Message[];
  notices(user: string): Notice[];
  modal(user: string): View | null;
  home(user: string): View | null;
  files(): StoredFile[];
  calls: Call[];
  /** What was refused for what was in it, since this was last asked; faults that a test armed do not count. */
  takeRefused(): Refused[];
  /** How many Socket Mode connections are open. */
  connections(): number;
  faults: SlackFaults;
  setDelivery(mode: DeliveryMode): void;
  stop(): Promise<void>;
};

/** Starts the stand-in on 127.0.0.1; throws when it cannot listen. */
export async function startSlack(options: SlackOptions = {}): Promise<SlackStandIn> {
  const stand = createStand(options);
  const closeKept = options.keptIn === undefined ? () => undefined : keepIn(stand, options.keptIn);
  const calls: Call[] = [];
  const server = await startSlackServer(stand, calls, options.port ?? 0);
  const origin = `http://127.0.0.1:${server.port}`;
  stand.origin = () => origin;
  const delivery = createDelivery(stand, { ackMs: options.ackMs ?? TIMES.ackMs });
  const acts = {
    ...createSaying(stand, delivery),
    ...createClicking(stand, delivery),
    ...createForms(stand, delivery),
    ...createShortcuts(stand, delivery),
  };
  const token = secret("", 24);
  const faults = faultsOf(stand);
  const page = createPageServer(stand, { ...acts, bringAbout: (kind) => bringAbout(faults, kind) }, token);
  return {
    apiUrl: `${origin}/api/`,
    tokens: stand.tokens,
    page: { listener: page.listener, token },
    team: stand.workspace.team,
    users: USERS,
    channels: CHANNELS,
    usergroups: stand.usergroups,
    botUserId: APP.botUserId,
    ...acts,
    ...readers(stand),
    calls,
    takeRefused: stand.refused.take,
    connections: stand.socket.count,
    faults,
    setDelivery: delivery.setMode,
    async stop() {
      delivery.close();
      page.close();
      await stand.socket.close();
      await server.close();
      closeKept();
    },
  };
}

function createStand(options: SlackOptions): Stand {
  const clock = options.clock ?? Date.now;
  const workspace = createWorkspace({
    team: options.team ?? TEAM,
    people: [...defaultPeople(), ...(options.users ?? []).map(person)],
    channels: [...defaultChannels(), ...(options.channels ?? []).map(channel)],
    clock,
  });
  const commands = options.commands ?? [
    { command: "/infra", description: "Ask for an infrastructure change", usageHint: "[what should change]" },
  ];
  return {
    workspace,
    tokens: { bot: secret("xoxb-", 24), app: secret("xapp-1-", 24), signingSecret: secret("", 16) },
    scopes: new Set(options.scopes ?? ALL_SCOPES),
    commands: commands.map((one) => ({ description: "", usageHint: "", shouldEscape: false, ...one })),
    shortcuts: options.shortcuts ?? defaultShortcuts,
    events: new Set(options.events ?? ["app_mention", "app_home_opened", "message.im"]),
    usergroups: new Map([...defaultUsergroups(), ...(options.usergroups ?? [])].map((one) => [one.id, one])),
    faults: createFaults(clock),
    triggers: createTriggers(clock),
    views: createViews(workspace),
    responseUrls: createResponseUrls(workspace),
    files: createFiles(),
    socket: createSocket({ ackMs: options.ackMs ?? TIMES.ackMs, clock }),
    refused: createRefused(),
    origin: () => "",
  };
}

/** Puts back what an earlier start kept, and keeps what happens from now on. */
function keepIn({ workspace, views }: Stand, options: KeptOptions): () => void {
  const kept = openKept(options);
  for (const message of kept.found.messages) workspace.restore(message);
  for (const home of kept.found.homes) views.restoreHome(home);
  const all = () => ({
    messages: workspace.all().filter(({ ephemeralTo }) => ephemeralTo === null),
    homes: views.homes(),
  });
  workspace.follow((happening) => kept.note(happening, views.home, all));
  return kept.close;
}

function readers({ workspace, views, files }: Stand) {
  return {
    messages: workspace.inChannel,
    thread: (channelId: string, ts: string) =>
      workspace.inChannel(channelId).filter((one) => one.ts === ts || one.threadTs === ts),
    ephemerals: (user: string) => workspace.all().filter((one) => one.ephemeralTo === user),
    notices: (user: string) => workspace.notices.filter((one) => one.user === user),
    modal: views.top,
    home: views.home,
    files: files.all,
  };
}

function faultsOf({ faults, socket }: Stand): SlackFaults {
  return {
    ...faults,
    disconnectRefresh: socket.refresh,
    socketModeOff: socket.disable,
    garble: socket.garble,
    offline(ms) {
      faults.setAway(ms);
      socket.cut();
    },
  };
}

/** What a visitor's fault buttons do, in amounts that can be watched. */
function bringAbout(faults: SlackFaults, kind: FaultKind): Acted {
  const acts: Record<FaultKind, () => void> = {
    rate_limit: () => faults.rateLimit(3, 5),
    drop: () => faults.dropAfterAccept(1, "chat.postMessage"),
    double: () => faults.duplicateEnvelope(1),
    refresh: faults.disconnectRefresh,
    outage: () => faults.offline(10_000),
  };
  acts[kind]();
  return unheard();
}

function secret(prefix: string, bytes: number): string {
  return prefix + randomBytes(bytes).toString("hex");
}
