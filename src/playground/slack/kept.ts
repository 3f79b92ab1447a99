import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import type { KeptHome, View } from "./views.ts";
import type { Happening, Message } from "./workspace.ts";

/** What a start finds of the start before: the messages everybody could read, oldest first, and the Homes. */
type Found = { messages: Message[]; homes: KeptHome[] };

/** Where to keep it, and who is told once that it cannot be kept. */
export type KeptOptions = { path: string; onFault: (error: unknown) => void };

/** More than that is forgotten at a rewrite, a whole thread at a time, the longest silent first. */
const MOST_MESSAGES = 1_000;
const MOST_CHARS = 8_000_000;
/** A file that grew by that much is written anew. A running card of 15 KB is changed about 100 times. */
const GROWN_CHARS = 16_000_000;

const Json = z.record(z.string(), z.unknown());
const KeptMessage = z.object({
  channel: z.string(),
  ts: z.string().regex(/^\d{1,12}\.\d{6}$/u),
  threadTs: z.string().nullable(),
  broadcast: z.boolean(),
  user: z.string(),
  botId: z.string().nullable(),
  text: z.string(),
  blocks: z.array(Json).nullable(),
  attachments: z.array(Json),
  metadata: Json.nullable(),
  files: z.array(Json),
  edited: z.boolean(),
  ephemeralTo: z.null(),
});
const Line = z.discriminatedUnion("kept", [
  z.object({ kept: z.literal("message"), message: KeptMessage }),
  z.object({ kept: z.literal("deleted"), channel: z.string(), ts: z.string() }),
  z.object({
    kept: z.literal("home"),
    home: z.object({
      id: z.string(),
      user: z.string(),
      hash: z.string(),
      given: z.looseObject({ blocks: z.array(Json) }),
    }),
  }),
]);

/**
 * Keeps a company's messages and Homes in a file, a line for each change. A line is written before Slack answers, so a program
 * that is killed finds what was answered. What is cut off in the middle of a line is no line, and the file is exchanged as a
 * whole. Where it cannot be written it is taken away: an old file would show what is not so.
 */
export function openKept({ path, onFault }: KeptOptions) {
  let file: number | null = null;
  let grown = 0;
  let found: Found = { messages: [], homes: [] };

  function guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      file = null;
      onFault(error);
      takeAway(path);
    }
  }

  function rewrite(now: Found): void {
    const lines = [...newestThreads(now.messages).map(lineOf), ...now.homes.map(homeLine)];
    writeFileSync(`${path}.new`, lines.join(""), { mode: 0o600 });
    renameSync(`${path}.new`, path);
    if (file !== null) closeSync(file);
    file = openSync(path, "a", 0o600);
    grown = 0;
  }

  guarded(() => {
    mkdirSync(dirname(path), { recursive: true });
    found = readKept(path);
    rewrite(found);
  });
  return {
    found,

    /** Writes down what happened. `home`: whose Home it is by now; `all`: everything there is, for a file that grew long. */
    note(happening: Happening, home: (user: string) => View | null, all: () => Found): void {
      const line = lineFor(happening, home);
      if (file === null || line === null) return;
      const open = file;
      guarded(() => {
        appendFileSync(open, line);
        grown += line.length;
        if (grown > GROWN_CHARS) rewrite(all());
      });
    },

    close(): void {
      if (file !== null) closeSync(file);
      file = null;
    },
  };
}

/** Where that fails too, nothing is left to do: the fault was told. */
function takeAway(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    return;
  }
}

function lineFor(happening: Happening, home: (user: string) => View | null): string | null {
  if (happening.type === "message")
    return happening.message.ephemeralTo === null ? lineOf(happening.message) : null;
  if (happening.type === "deleted") {
    const { channel, ts } = happening.message;
    return written({ kept: "deleted", channel, ts });
  }
  if (happening.type !== "view" || happening.kind !== "home") return null;
  const view = home(happening.user);
  return view === null ? null : homeLine(view);
}

function lineOf({ pastBlocks: _past, ...message }: Message): string {
  return written({ kept: "message", message });
}

function homeLine({ id, user, hash, given }: KeptHome): string {
  return written({ kept: "home", home: { id, user, hash, given } });
}

function written(line: object): string {
  return `${JSON.stringify(line)}\n`;
}

/** What cannot be read is left out: it was cut off, or is of another version. */
function readKept(path: string): Found {
  const messages = new Map<string, Message>();
  const homes = new Map<string, KeptHome>();
  for (const text of textOf(path).split("\n")) {
    const line = lineIn(text);
    if (line?.kept === "home") homes.set(line.home.user, line.home);
    if (line?.kept === "deleted") messages.delete(`${line.channel}/${line.ts}`);
    if (line?.kept !== "message") continue;
    const { message } = line;
    messages.set(`${message.channel}/${message.ts}`, { ...message, pastBlocks: [] });
  }
  return { messages: [...messages.values()], homes: [...homes.values()] };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

function lineIn(text: string): z.infer<typeof Line> | null {
  try {
    return Line.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** A reply without its parent would hang in the air, so a thread is kept whole or not at all. */
function newestThreads(messages: readonly Message[]): Message[] {
  const threads = Map.groupBy(messages, ({ channel, ts, threadTs }) => `${channel}/${threadTs ?? ts}`);
  const last = (thread: Message[]) => Math.max(...thread.map(({ ts }) => Number(ts)));
  const kept = new Set<Message>();
  let chars = 0;
  for (const thread of [...threads.values()].sort((a, b) => last(b) - last(a))) {
    chars += thread.reduce((sum, one) => sum + lineOf(one).length, 0);
    if (kept.size + thread.length > MOST_MESSAGES || chars > MOST_CHARS) break;
    for (const one of thread) kept.add(one);
  }
  return messages.filter((one) => kept.has(one));
}
