import { type Change, openDecision } from "#change/change.ts";
import { dateMrkdwn, personMrkdwn } from "#slack/text/blocks.ts";
import type { LinkTo } from "#slack/text/link-to.ts";
import { inertWithin } from "#slack/text/text.ts";

const ENVIRONMENTS_CHARS = 200;

/** Who asked and when, where it runs, how risky it is, and until when it can be answered: mrkdwn, one fact each. */
export function cardFacts(change: Change): string[] {
  const { risk } = change;
  const environments = change.environments.filter((name) => name !== "");
  const isAsked = change.status === "waiting" || change.status === "asking";
  const until = isAsked ? (openDecision(change)?.expiresAt ?? null) : null;
  return [
    `Asked by ${personMrkdwn(change.requester)}, ${dateMrkdwn(change.createdAt)}`,
    ...(environments.length === 0
      ? []
      : [`Environment ${inertWithin(environments.join(", "), ENVIRONMENTS_CHARS)}`]),
    ...(risk === null || change.plan === null ? [] : [`*${risk} risk*`]),
    ...(until === null ? [] : [`Expires ${dateMrkdwn(until)}`]),
  ];
}

/** Where it was asked for in words, as a link made here of Slack's own ids; nothing for what was asked for otherwise. */
export function sourceFacts({ source, home }: Change, linkTo: LinkTo): string[] {
  const url = source === null || home === null ? null : linkTo({ teamId: home.teamId, ...source });
  return url === null ? [] : [`<${url}|The message it came from>`];
}
