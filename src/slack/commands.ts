import { z } from "zod";
import type { Asked, Changes } from "../change/changes.ts";
import { isUserId } from "./blocks.ts";
import type { FindPlace } from "./channels.ts";
import type { People } from "./people.ts";
import { readTyped } from "./subcommands.ts";
import { cutMiddle, inert } from "./text.ts";

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

/** Answers one command: returns what only the person who typed it is told. Throws only for faults of the port. */
export function createCommands(needs: {
  changes: Changes;
  people: People;
  findPlace: FindPlace;
  nobodyCanApprove: boolean;
}): (body: unknown) => Promise<string> {
  return async (body) => {
    const command = Command.safeParse(body);
    if (!command.success)
      return "Slack sent this command in a way Greenlight does not understand. Nothing was started.";
    const typed = readTyped(command.data.text);
    switch (typed.kind) {
      case "help":
        return helpText(command.data.command);
      case "later":
        return `\`${command.data.command} ${typed.word}\` is not available yet. Nothing was started. ${hint(command.data)}`;
      case "unknown":
        return `There is no \`${command.data.command}\` ${inert(typed.word)}, and one word is too little for a request. ${hint(command.data)}`;
      case "request":
        return askFor(needs, command.data, typed.request);
    }
  };
}

async function askFor(
  needs: Parameters<typeof createCommands>[0],
  command: Command,
  request: string,
): Promise<string> {
  const { user_id: userId, team_id: teamId, channel_id: channelId } = command;
  const allowed = await needs.people.mayAsk(userId, teamId, channelId);
  if (!allowed.ok) return allowed.reason;
  const place = await needs.findPlace(channelId);
  if (!place.ok) return place.reason;
  const asked = await needs.changes.ask({
    request,
    requester: allowed.person,
    home: { teamId, channelId },
    planOnly: false,
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
      const who = nobodyCanApprove
        ? "Nobody is configured to approve yet, so a risky plan will wait; its card says what to do."
        : "If it is risky, it waits until an approver presses Approve; its card says who can.";
      return `Planning: ${inert(cutMiddle(asked.change.request, REQUEST_CHARS))}\nThe card in this channel follows it from here.${queue} ${who}`;
    }
  }
}

function hint(command: Command): string {
  return `\`${command.command} help\` shows what works.`;
}

function helpText(command: string): string {
  return [
    "*Greenlight* plans an infrastructure change, asks an approver when it is risky, runs it step by step and reports back here.",
    `Say what should change, and where: \`${command} scale payment-api to 5 replicas in production\``,
    "• A card in the channel shows the plan with its exact commands and follows it to the end.",
    "• A risky plan waits for *Approve*, by as many approvers as the policy asks for. *Reject* ends it, and nothing is run.",
    "• What each step prints stands in the card's thread; the verdict is posted to the channel.",
    `\`${command} help\` shows this. Only you see these answers.`,
  ].join("\n");
}
