import { webApi } from "@slack/bolt";
import { z } from "zod";
import { FILES_SCOPE, NEEDED_SCOPES } from "./scopes.ts";

/** Who the bot is, as Slack says. `missingScopes` are needed and not granted. */
export type Identity = {
  teamId: string;
  team: string;
  /** Where the workspace is reached in a browser ("https://acme.slack.com/"); empty when Slack does not say. */
  address: string;
  enterpriseId: string | null;
  botId: string;
  botUserId: string;
  /** The name people mention it by. */
  botName: string;
  missingScopes: string[];
  /** Whether files can be uploaded, as far as Slack says. */
  canAttach: boolean;
};

/** Slack cannot be used as configured. Its message is for people and says what to do. */
export class SlackSetupError extends Error {
  override name = "SlackSetupError";
}

const AuthTest = z.object({
  team_id: z.string(),
  team: z.string().default(""),
  url: z.string().default(""),
  enterprise_id: z.string().nullish(),
  bot_id: z.string(),
  user_id: z.string(),
  user: z.string().default("Greenlight"),
  response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
});

/** Asks Slack who we are. Throws SlackSetupError with what to do about it. */
export async function findIdentity(client: webApi.WebClient): Promise<Identity> {
  const answer = AuthTest.safeParse(await authTest(client));
  if (!answer.success)
    throw new SlackSetupError(
      "auth.test: the token in SLACK_BOT_TOKEN is not a bot's. Use the Bot User OAuth Token, which begins with xoxb-.",
    );
  const { data } = answer;
  const granted = data.response_metadata?.scopes;
  return {
    teamId: data.team_id,
    team: data.team,
    address: data.url,
    enterpriseId: data.enterprise_id ?? null,
    botId: data.bot_id,
    botUserId: data.user_id,
    botName: data.user,
    canAttach: granted === undefined || granted.includes(FILES_SCOPE),
    // Slack says the scopes in a header; without it nothing can be said.
    missingScopes: granted === undefined ? [] : NEEDED_SCOPES.filter((scope) => !granted.includes(scope)),
  };
}

/** What an error at start-up means for whoever set the bot up. */
export function setupError(variable: string, call: string, error: unknown): SlackSetupError {
  const code = error instanceof webApi.WebAPIPlatformError ? error.data.error : null;
  const text =
    code === null
      ? `${call}: Slack did not answer (${error instanceof Error ? error.message : "no reason given"}). Look at the network, or at SLACK_API_URL if it is set.`
      : `${call}: Slack refuses ${variable} (${code}). ${advice(code, variable)}`;
  return new SlackSetupError(text, { cause: error });
}

async function authTest(client: webApi.WebClient): Promise<unknown> {
  try {
    return await client.auth.test();
  } catch (error) {
    throw setupError("SLACK_BOT_TOKEN", "auth.test", error);
  }
}

function advice(code: string, variable: string): string {
  switch (code) {
    case "account_inactive":
    case "token_revoked":
    case "token_expired":
      return "The app was removed from the workspace or its token withdrawn: install it again and set the new token.";
    case "missing_scope":
    case "no_permission":
      return variable === "SLACK_APP_TOKEN"
        ? "The app-level token needs the scope connections:write."
        : "Update the app from manifest.yml and install it again.";
    case "not_allowed_token_type":
      return variable === "SLACK_APP_TOKEN"
        ? "An app-level token begins with xapp-."
        : "A bot token begins with xoxb-.";
    default:
      return "Copy the token again from the app's settings at Slack.";
  }
}
