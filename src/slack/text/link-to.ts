/** Where a message stands, as an address to click; null when nobody can tell. */
export type LinkTo = (place: { teamId: string; channelId: string; ts: string }) => string | null;

/** Makes links to messages of our own workspace; `address` is how Slack says it is reached ("https://acme.slack.com/"). */
export function createLinkTo(identity: { teamId: string; address: string }): LinkTo {
  return ({ teamId, channelId, ts }) => {
    if (teamId !== identity.teamId || !/^https?:\/\/[^\s<>|]+\/$/u.test(identity.address)) return null;
    if (!/^[CGD][A-Z0-9]+$/u.test(channelId) || !/^\d+\.\d+$/u.test(ts)) return null;
    return `${identity.address}archives/${channelId}/p${ts.replace(".", "")}`;
  };
}
