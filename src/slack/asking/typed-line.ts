import type { SlackMessage } from "#change/change.ts";
import type { Viewer } from "#change/listed.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import type { LookupFor } from "#slack/client/lookups.ts";
import type { Where } from "#slack/client/where.ts";
import { code, type Piece, type Rendered, said } from "#slack/text/blocks.ts";
import { say, sayPieces } from "#slack/text/say.ts";
import { cutMiddle, oneLine } from "#slack/text/text.ts";
import { answerWord } from "#slack/words/answer-word.ts";
import { renderHelp } from "#slack/words/help.ts";
import { readTyped, type Typed } from "#slack/words/read-typed.ts";
import { askAs } from "./ask-as.ts";
import { askWhere } from "./ask-where.ts";

/**
 * A line somebody typed to the bot, after its command or in a message. `command` is what stood before it, for examples.
 * The same `key` is the same line. `source`: the message it is, null for a command.
 */
export type TypedLine = {
  command: string;
  text: string;
  where: Where;
  key: string;
  source: SlackMessage | null;
};

const WORD_CHARS = 40;
const DIRECT =
  "A change is asked for where others see it. Type this in a channel that Greenlight is in; or write it to Greenlight here without the command, and you are asked for the channel.";

/**
 * Answers a line: a word is looked up, anything else is a request. Returns what only the person who typed it is told. Throws
 * only for faults of the port.
 */
export async function answerTyped(deps: SlackDeps, line: TypedLine): Promise<Rendered> {
  const typed = readTyped(line.text);
  switch (typed.kind) {
    case "word": {
      const { word, rest } = typed;
      // Help tells nothing of anybody, so it is there for everybody.
      if (word === "help") return renderHelp(line.command);
      if (word === "plan") return planFor(deps, line, rest);
      const found = await viewerOf(deps, line.where, word === "cancel" ? "stop" : "ask");
      if (!found.ok) return say(found.reason);
      const { command, where } = line;
      const { viewer } = found;
      return answerWord(deps, word, { command, rest, viewer, where, writtenAt: writtenAt(line) });
    }
    case "greeting":
      return greet(line, typed.isThanks);
    case "unknown":
      return unknown(line, typed);
    case "request":
      return askFor(deps, line, typed.request, false);
  }
}

function writtenAt({ source }: TypedLine): Date | undefined {
  return source === null ? undefined : new Date(Number(source.ts) * 1_000);
}

/** Who looks, as Slack says they are now. In a direct message nobody else reads along, and nothing belongs to it. */
async function viewerOf(
  { people, groupsOf }: SlackDeps,
  where: Where,
  what: LookupFor,
): Promise<{ ok: true; viewer: Viewer } | { ok: false; reason: string }> {
  const known = await people.isMember(where.userId, where.userTeamId, what);
  if (!known.ok) return known;
  const { person } = known;
  const channelId = isDirect(where) ? null : where.channelId;
  return { ok: true, viewer: { person, groups: await groupsOf(person), channelId } };
}

async function planFor(deps: SlackDeps, line: TypedLine, rest: string): Promise<Rendered> {
  if (!/\s/u.test(rest))
    return sayPieces([
      code(`${line.command} plan`),
      said(" takes a request, and only plans it: "),
      code(`${line.command} plan scale payment-api to 5 replicas in production`),
    ]);
  return askFor(deps, line, rest, true);
}

/** Where others see it: the channel it was typed in; of a direct message the only channel there is, or the one they choose. */
async function askFor(
  deps: SlackDeps,
  line: TypedLine,
  request: string,
  planOnly: boolean,
): Promise<Rendered> {
  const { where, key, source } = line;
  const [only, ...others] = deps.channels;
  const one = only !== undefined && others.length === 0 ? only : null;
  const channelId = isDirect(where) ? one : where.channelId;
  if (channelId === null) {
    if (source === null) return say(DIRECT);
    // Before they are asked anything, so that nobody chooses a channel for nothing.
    const known = await deps.people.isMember(where.userId, where.userTeamId);
    return known.ok ? askWhere(request, planOnly) : say(known.reason);
  }
  // A link to a direct message would lead nobody else anywhere.
  const shown = isDirect(where) ? null : source;
  const asked = await askAs(deps, where, { request, channelId, planOnly, key, source: shown });
  // Our own sentences, whose parts of others are inert.
  return { text: asked.text, blocks: [] };
}

/** A greeting starts nothing, and is no fault of anybody. */
function greet({ command }: TypedLine, isThanks: boolean): Rendered {
  if (isThanks) return say("You're welcome.");
  return sayPieces([
    said("Hi! Tell me what to change, such as "),
    code(`${command} scale payment-api to 5 replicas in production`),
    said(", or type "),
    code(`${command} help`),
    said("."),
  ]);
}

function unknown(line: TypedLine, { word, nearest, alone }: Extract<Typed, { kind: "unknown" }>): Rendered {
  const { command } = line;
  const shown = cutMiddle(oneLine(word), WORD_CHARS);
  const meant = nearest === null ? [] : [said(" Did you mean "), code(`${command} ${nearest}`), said("?")];
  const why = alone ? `, and one word is too little for a request.` : ".";
  const please = alone
    ? []
    : [[said("If it is a request all the same, begin it otherwise: "), code(`${command} please ${shown} …`)]];
  return sayPieces(
    [said(`There is no word ${shown}${why}`), ...meant, said(" Nothing was started.")],
    ...please,
    hint(line),
  );
}

function hint({ command }: TypedLine): Piece[] {
  return [code(`${command} help`), said(" shows what works.")];
}

function isDirect({ channelId }: Where): boolean {
  return channelId.startsWith("D");
}
