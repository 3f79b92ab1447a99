/**
 * Who answers, and where: each id is one that Slack vouches for. `onHome`: on their own Home, which is in no channel. `at`: when
 * a button was pressed, or the one that opened a form; Slack may deliver it late, or more than once.
 */
export type Where = {
  userId: string;
  userTeamId: string;
  teamId: string;
  channelId: string;
  onHome?: boolean;
  at?: Date | undefined;
};
