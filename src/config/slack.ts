/** Which Slack is served: a real workspace in one of Bolt's two modes, or the playground's. */
export type SlackSettings =
  | { kind: "real"; mode: "socket"; botToken: string; appToken: string; apiUrl: string | null }
  | { kind: "real"; mode: "http"; botToken: string; signingSecret: string; apiUrl: string | null }
  | { kind: "stand-in" };

/** Reads Slack's variables, each either set to something or left out. Half a set is a fault: it would look connected and hear nothing. */
export function readSlack(
  env: Readonly<Record<string, string | undefined>>,
): { ok: true; slack: SlackSettings } | { ok: false; faults: string[] } {
  const botToken = env["SLACK_BOT_TOKEN"];
  const appToken = env["SLACK_APP_TOKEN"];
  const signingSecret = env["SLACK_SIGNING_SECRET"];
  const apiUrl = env["SLACK_API_URL"] ?? null;
  const given = [botToken, appToken, signingSecret].filter((value) => value !== undefined);
  if (given.length === 0) return { ok: true, slack: { kind: "stand-in" } };
  const faults = [
    ...tokenFaults("SLACK_BOT_TOKEN", botToken, "xoxb-", "OAuth & Permissions of your Slack app"),
    ...(appToken === undefined
      ? []
      : tokenFaults("SLACK_APP_TOKEN", appToken, "xapp-", "Basic Information, App-Level Tokens")),
  ];
  if (appToken === undefined && signingSecret === undefined) {
    faults.push(
      "SLACK_APP_TOKEN, SLACK_SIGNING_SECRET: neither is set, while SLACK_BOT_TOKEN is. Set the first for Socket Mode, or the second for HTTP.",
    );
  }
  if (faults.length > 0 || botToken === undefined) return { ok: false, faults };
  // With both there, the app token decides: an app in Socket Mode has a signing secret too.
  if (appToken !== undefined)
    return { ok: true, slack: { kind: "real", mode: "socket", botToken, appToken, apiUrl } };
  if (signingSecret !== undefined)
    return { ok: true, slack: { kind: "real", mode: "http", botToken, signingSecret, apiUrl } };
  return { ok: false, faults };
}

function tokenFaults(name: string, value: string | undefined, prefix: string, where: string): string[] {
  if (value === undefined)
    return [`${name}: is not set, while other SLACK_ variables are. It is under ${where}.`];
  if (value.startsWith(prefix)) return [];
  return [`${name}: does not begin with ${prefix}, so it is another kind of token. It is under ${where}.`];
}
