import { join } from "node:path";
import type { Config } from "#config/config.ts";
import type { Log } from "#observe/log.ts";
import { type SlackStandIn, startSlack } from "#playground/slack/slack.ts";
import type { SlackConfig } from "#slack/create-slack.ts";
import type { Closing } from "./stopping.ts";

/** Which Slack it is and who approves there; `standIn` null: the real one. */
export type SlackWorkspace = Pick<SlackConfig, "botToken" | "mode" | "apiUrl"> & {
  standIn: SlackStandIn | null;
  approvers: readonly string[];
  line: string;
};

/** Opens the real Slack, or the playground's, which brings its own approvers when none are named. */
export async function openSlackWorkspace(
  config: Config,
  log: Log,
  closing: Closing,
): Promise<SlackWorkspace> {
  const { slack, approvers } = config;
  if (slack.kind === "real") {
    const { botToken, apiUrl } = slack;
    const mode: SlackConfig["mode"] =
      slack.mode === "socket"
        ? { kind: "socket", appToken: slack.appToken }
        : { kind: "http", signingSecret: slack.signingSecret };
    return { botToken, apiUrl, mode, approvers, standIn: null, line: `real, ${mode.kind} mode` };
  }
  const standIn = await startSlack({
    keptIn: {
      path: join(config.dataDir, "playground-slack.jsonl"),
      onFault: (error) =>
        log.warn({ err: error }, "The playground keeps no messages: after a restart its channel is empty"),
    },
  });
  closing.push(() => standIn.stop());
  const { users, tokens, apiUrl } = standIn;
  return {
    botToken: tokens.bot,
    mode: { kind: "socket", appToken: tokens.app },
    apiUrl,
    approvers: approvers.length > 0 ? approvers : [users.ben, users.cleo],
    standIn,
    line: "the playground's stand-in (set SLACK_BOT_TOKEN and SLACK_APP_TOKEN for a real workspace)",
  };
}
