import { webApi } from "@slack/bolt";
import { z } from "zod";
import { codeOf, isAppRefused } from "./failures.ts";
import { createLookups, type Known, type LookupFor } from "./lookups.ts";

/** Whether somebody may go on, or why not, in a sentence that says what to do. */
export type Allowed = { ok: true } | { ok: false; reason: string };

/** The bot's own workspace, as Slack names it. */
export type Home = { teamId: string; enterpriseId: string | null };

/** Who may act, asked of Slack at that moment. */
export type People = {
  /**
   * Whether this user is a full member of the bot's own workspace now; `what`: what for, `ask` when left out. Never throws: no
   * answer from Slack is a no.
   */
  isMember(userId: string, teamId: string, what?: LookupFor): Promise<Known>;
  /** The same, and whether this user and channel are among those who may ask for changes. */
  mayAsk(userId: string, teamId: string, channelId: string): Promise<Known>;
};

const flag = z.boolean().optional();
const SlackUser = z.object({
  id: z.string(),
  team_id: z.string().optional(),
  deleted: flag,
  is_bot: flag,
  is_restricted: flag,
  is_ultra_restricted: flag,
  is_stranger: flag,
  enterprise_user: z
    .object({ id: z.string().optional(), enterprise_id: z.string(), teams: z.array(z.string()) })
    .optional(),
});
type SlackUser = z.infer<typeof SlackUser>;

/** Makes the check. Empty lists narrow nothing. */
export function createPeople(deps: {
  client: webApi.WebClient;
  home: Home;
  requesters: readonly string[];
  channels: readonly string[];
}): People {
  const { client, home, requesters, channels } = deps;
  const lookUp = createLookups(async (userId) => {
    try {
      const { user } = await client.users.info({ user: userId });
      return judge(user, userId, home);
    } catch (error) {
      return whyUnanswered(error);
    }
  });
  const isMember = async (userId: string, teamId: string, what: LookupFor = "ask"): Promise<Known> => {
    // A click carries the person's own team, which in an organisation may be another one of theirs: then Slack says.
    if (teamId !== home.teamId && home.enterpriseId === null)
      return no("You act from another workspace. Only members of the bot's own one may.");
    return lookUp(userId, what);
  };
  return {
    isMember,
    async mayAsk(userId, teamId, channelId) {
      if (channels.length > 0 && !channels.includes(channelId))
        return no(`Changes are not asked for in this channel. Ask in ${mentions("#", channels)}.`);
      if (requesters.length > 0 && !requesters.includes(userId))
        return no("You are not among the people who may ask for changes here (GREENLIGHT_REQUESTERS).");
      return isMember(userId, teamId);
    },
  };
}

/** Whatever Slack does not say counts against: only a plain "false" lets somebody through. */
function judge(found: unknown, userId: string, home: Home): Known & { isFinal?: boolean } {
  const parsed = SlackUser.safeParse(found);
  if (!parsed.success || parsed.data.id !== userId)
    return no("Slack did not say clearly who you are, so nothing was done. Try again in a minute.");
  const user = parsed.data;
  if (user.deleted !== false) return { ...no("Your Slack account is deactivated."), isFinal: true };
  if (user.is_bot !== false)
    return { ...no("Bots cannot ask for changes or decide about them."), isFinal: true };
  if (user.is_restricted !== false || user.is_ultra_restricted !== false)
    return { ...no("Guests cannot ask for changes or decide about them. Ask a full member."), isFinal: true };
  if (user.is_stranger === true || !isHere(user, home))
    return {
      ...no("You belong to another workspace. Only full members of the bot's own one may."),
      isFinal: true,
    };
  const enterprise = user.enterprise_user?.id;
  return {
    ok: true,
    person: {
      kind: "slack",
      teamId: home.teamId,
      userId,
      ...(enterprise === undefined ? {} : { enterpriseUserId: enterprise }),
    },
  };
}

function isHere(user: SlackUser, home: Home): boolean {
  if (user.team_id === home.teamId) return true;
  const { enterprise_user: grid } = user;
  // In an organisation a member's own team may be another one; what counts is being a member of ours too.
  return grid !== undefined && grid.enterprise_id === home.enterpriseId && grid.teams.includes(home.teamId);
}

function whyUnanswered(error: unknown): Known {
  if (error instanceof webApi.WebAPIPlatformError) {
    const { error: code } = error.data;
    if (code === "missing_scope")
      return no(
        "Greenlight lacks the Slack permission users:read. Whoever installed it updates the app from manifest.yml and installs it again.",
      );
    if (code === "user_not_found" || code === "user_not_visible")
      return no("Slack does not know you in this workspace.");
  }
  if (isAppRefused(error)) {
    const reason = `Slack refuses Greenlight itself (${codeOf(error)}), so it cannot tell who you are, and nothing was done. Whoever runs it installs the app again.`;
    return { ok: false, reason, fault: error };
  }
  const reason = "Slack did not say who you are, so nothing was done. Try again in a minute.";
  return { ok: false, reason, fault: error };
}

function mentions(mark: "#", ids: readonly string[]): string {
  const known = ids.filter((id) => /^[CG][A-Z0-9]{1,30}$/u.test(id)).slice(0, 5);
  return known.length === 0
    ? "a channel named in GREENLIGHT_CHANNELS"
    : known.map((id) => `<${mark}${id}>`).join(", ");
}

function no(reason: string): { ok: false; reason: string } {
  return { ok: false, reason };
}
