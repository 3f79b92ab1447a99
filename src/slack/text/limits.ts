/** What Slack takes in one message, in characters unless a name says otherwise. Where Slack names no figure, ours is careful. */
export const SLACK_LIMITS = {
  blocks: 50,
  header: 150,
  section: 3_000,
  contextElements: 10,
  actions: 25,
  buttonLabel: 75,
  buttonValue: 2_000,
  /** Of an entry of a menu. */
  optionValue: 150,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  id: 255,
  /** Slack takes 40,000 and advises 4,000. */
  text: 4_000,
  /** Of one rich_text block; Slack names no figure, a section's is used. */
  richText: 3_000,
  /** Of all blocks of one message; long ones are refused with msg_blocks_too_long near 13,000. */
  message: 11_000,
} as const;

/** How many characters of steps a card shows itself; what is longer goes on in the thread. */
export const CARD_STEPS_CHARS = 5_500;
/** How many characters of the request a card shows itself. */
export const CARD_REQUEST_CHARS = 600;
/** How many characters of the model's summary a card shows itself. */
export const CARD_SUMMARY_CHARS = 1_000;
/** How many characters of risk reasons a card shows itself. */
export const CARD_REASONS_CHARS = 1_200;
/** How many characters of steps one plan page in the thread holds. */
export const PAGE_CHARS = 9_000;
/** How much of a log one step message shows. */
export const LOG_CHARS = 2_900;
export const LOG_LINE_CHARS = 300;
/** How many lines are read for a step message. */
export const LOG_LINES = { head: 0, tail: 40 } as const;
