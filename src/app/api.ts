import type { Changes } from "#change/changes.ts";
import { refuseFuture } from "#http/future-timestamp.ts";
import type { Mount } from "#http/mounts.ts";
import { createServer } from "#http/server.ts";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import type { Slack } from "#slack/create-slack.ts";
import { isReady } from "#store/postgres/ready.ts";
import type { Parts } from "./parts.ts";
import { explained } from "./setup-error.ts";
import { whyNoAddress } from "./why-no-address.ts";

/** The playground can approve, so it listens nowhere else, whatever HOST says. */
const LOOPBACK = "127.0.0.1";

/** Serves the API, and beside it Slack's events and the playground's page; says under which address. */
export async function openApi(parts: Parts, slack: Slack, changes: Changes): Promise<string> {
  const { config, database, log, closing } = parts;
  const { standIn } = parts.slackWorkspace;
  const server = createServer({
    changes,
    mounts: mountsOf(slack, standIn),
    tokens: config.tokens,
    isReady: () => isReady(database),
    parts: () => slackParts(slack),
    troubles: () => slackTroubles(slack),
    onFault: (error) => log.error({ err: error }, "A request could not be answered"),
  });
  const host = standIn === null ? config.host : LOOPBACK;
  const { port } = config;
  const address = await explained(
    () => server.listen({ host, port }),
    (fault) => whyNoAddress(fault, { host, port }),
  );
  closing.push(() => server.close());
  return address;
}

/** Slack's two ways, each with whether it works. */
function slackParts({ access }: Slack) {
  return {
    slack_hears: access.trouble("hear") ?? "ok",
    slack_speaks: access.trouble("speak") ?? "ok",
  } as const;
}

/** What of Slack does not work now, as /readyz names it. */
function slackTroubles({ access }: Slack) {
  const [deaf, mute] = [access.trouble("hear"), access.trouble("speak")];
  return { ...(deaf === null ? {} : { slack_deaf: deaf }), ...(mute === null ? {} : { slack_mute: mute }) };
}

/** What is served beside the API: Slack's events in HTTP mode, and the playground's page. */
function mountsOf(slack: Slack, standIn: SlackStandIn | null): Mount[] {
  const events = slack.listener;
  return [
    ...(events === null
      ? []
      : [{ prefix: "/slack", listener: events, guard: refuseFuture(() => new Date()) }]),
    ...(standIn === null ? [] : [{ prefix: "/playground", listener: standIn.page.listener }]),
  ];
}
