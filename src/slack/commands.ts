import { z } from "zod";
import type { Asked } from "../change/changes.ts";
import type { Viewer } from "../change/listed.ts";
import type { GroupsOf } from "./approver-groups.ts";
import { code, isUserId, type Piece, type Rendered, said } from "./blocks.ts";
import type { FindPlace } from "./channels.ts";
import type { Where } from "./deciding.ts";
import type { People } from "./people.ts";
import { say, sayPieces } from "./say.ts";
import { readTyped, type Typed } from "./subcommands.ts";
import { cutMiddle, inert, oneLine } from "./text.ts";
import { renderHelp } from "./word-help.ts";
import { createWords } from "./words.ts";

/** The command as Slack sends it. */
const Command = z.object({
  command: z.string().regex(/^\/[\w-]{1,31}$/u),
  text: z.string().default(""),
  user_id: z.string().refine(isUserId),
  team_id: z.string().min(1),
  channel_id: z.string().regex(/^[CGD][A-Z0-9]+$/u),
  trigger_id: z.string().min(1).max(300),
});
type Command = z.infer<typeof Command>;

const REQUEST_CHARS = 300;
const WORD_CHARS = 40;

/** Answers one command: returns what only the person who typed it is told. Throws only for faults of the port. */
export function createCommands(
  needs: Parameters<typeof createWords>[0] & {
    people: People;
    findPlace: FindPlace;
    groupsOf: GroupsOf;
    nobodyCanApprove: boolean;
  },
): (body: unknown) => Promise<Rendered> {
  const words = createWords(needs);
  return async (body) => {
    const parsed = Command.safeParse(body);
    if (!parsed.success)
      return say("Slack sent this command in a way Greenlight does not understand. Nothing was started.");
    const { data: command } = parsed;
    const typed = readTyped(command.text);
    switch (typed.kind) {
      case "word": {
        const { word, rest } = typed;
        // Help tells nothing of anybody, so it is there for everybody.
        if (word === "help") return renderHelp(command.command);
        if (word === "plan") return planFor(needs, command, rest);
        const viewer = await viewerOf(needs, command);
        return viewer.ok
          ? words[word]({ command: command.command, rest, viewer: viewer.viewer, where: whereOf(command) })
          : say(viewer.reason);
      }
      case "later":
        return sayPieces(
          [code(`${command.command} ${typed.word}`), said(" is not available yet. Nothing was started.")],
          hint(command),
        );
      case "unknown":
        return unknown(command, typed);
      case "request":
        return plain(await askFor(needs, command, typed.request, false));
    }
  };
}

type Needs = Parameters<typeof createCommands>[0];

/** Who looks, as Slack says they are now. In a direct message nobody else reads along, and nothing belongs to it. */
async function viewerOf(
  { people, groupsOf }: Needs,
  command: Command,
): Promise<{ ok: true; viewer: Viewer } | { ok: false; reason: string }> {
  const known = await people.isMember(command.user_id, command.team_id);
  if (!known.ok) return known;
  const { person } = known;
  const channelId = command.channel_id.startsWith("D") ? null : command.channel_id;
  return { ok: true, viewer: { person, groups: await groupsOf(person), channelId } };
}

function whereOf({ user_id: userId, team_id: teamId, channel_id: channelId }: Command): Where {
  return { userId, userTeamId: teamId, teamId, channelId };
}

async function planFor(needs: Needs, command: Command, rest: string): Promise<Rendered> {
  if (!/\s/u.test(rest))
    return sayPieces([
      code(`${command.command} plan`),
      said(" takes a request, and only plans it: "),
      code(`${command.command} plan scale payment-api to 5 replicas in production`),
    ]);
  return plain(await askFor(needs, command, rest, true));
}

function unknown(command: Command, { word, nearest, alone }: Extract<Typed, { kind: "unknown" }>): Rendered {
  const shown = cutMiddle(oneLine(word), WORD_CHARS);
  const meant =
    nearest === null ? [] : [said(" Did you mean "), code(`${command.command} ${nearest}`), said("?")];
  const why = alone ? `, and one word is too little for a request.` : ".";
  const please = alone
    ? []
    : [
        [
          said("If it is a request all the same, begin it otherwise: "),
          code(`${command.command} please ${shown} …`),
        ],
      ];
  return sayPieces(
    [said(`There is no word ${shown}${why}`), ...meant, said(" Nothing was started.")],
    ...please,
    hint(command),
  );
}

/** Our own sentences, whose parts of others are inert. */
function plain(text: string): Rendered {
  return { text, blocks: [] };
}

async function askFor(needs: Needs, command: Command, request: string, planOnly: boolean): Promise<string> {
  const { user_id: userId, team_id: teamId, channel_id: channelId } = command;
  const allowed = await needs.people.mayAsk(userId, teamId, channelId);
  if (!allowed.ok) return allowed.reason;
  const place = await needs.findPlace(channelId);
  if (!place.ok) return place.reason;
  const asked = await needs.changes.ask({
    request,
    requester: allowed.person,
    home: { teamId, channelId },
    planOnly,
    // Slack makes one per invocation, and delivers the same one again when it doubts that we heard.
    idempotencyKey: `slack:${command.trigger_id}`,
  });
  return answerTo(asked, needs.nobodyCanApprove);
}

function answerTo(asked: Asked, nobodyCanApprove: boolean): string {
  switch (asked.kind) {
    case "forbidden":
    case "refused":
      return inert(asked.reason);
    case "repeated":
      return `You have just asked for this, so nothing new was started. It is change \`${inert(asked.change.id)}\`, on its card in this channel.`;
    case "accepted": {
      const place = asked.change.queuePlace ?? 1;
      const queue = place > 1 ? ` It is number ${place} in the line.` : "";
      const request = inert(cutMiddle(asked.change.request, REQUEST_CHARS));
      if (asked.change.planOnly)
        return `Planning only: ${request}\nThe card in this channel shows the plan and who would have to approve it.${queue} Nothing of it can run.`;
      const who = nobodyCanApprove
        ? "Nobody is configured to approve yet, so a risky plan will wait; its card says what to do."
        : "If it is risky, it waits until an approver presses Approve; its card says who can.";
      return `Planning: ${request}\nThe card in this channel follows it from here.${queue} ${who}`;
    }
  }
}

function hint({ command }: Command): Piece[] {
  return [code(`${command} help`), said(" shows what works.")];
}
