/** Slack's limits for what an app sends, in characters or items. */
export const LIMITS = {
  messageBlocks: 50,
  viewBlocks: 100,
  messageText: 40_000,
  /** chat.update counts bytes, and counts them after `&`, `<` and `>` became entities. */
  updateTextBytes: 4_000,
  markdown: 12_000,
  header: 150,
  text: 3_000,
  field: 2_000,
  fields: 10,
  contextElements: 10,
  actionElements: 25,
  contextActions: 5,
  id: 255,
  buttonText: 75,
  buttonValue: 2_000,
  url: 3_000,
  altText: 2_000,
  label: 2_000,
  placeholder: 150,
  options: 100,
  choices: 10,
  overflow: 5,
  optionText: 75,
  optionValue: 150,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  viewTitle: 24,
  privateMetadata: 3_000,
  inputLength: 3_000,
  alertText: 200,
  cardTitle: 150,
  cardBody: 200,
  carouselCards: 10,
  containerBlocks: 10,
  tableRows: 100,
  tableCells: 20,
  dataTableRows: 101,
  /** Of all cells of one data_table. */
  tableChars: 10_000,
  planTasks: 50,
  viewStack: 3,
} as const;

/** How long things last or may take, in milliseconds; the number of uses of a response_url. */
export const TIMES = {
  ackMs: 3_000,
  triggerMs: 3_000,
  responseUrlMs: 30 * 60_000,
  responseUrlUses: 5,
  /** The Events API tries again at once, after one minute and after five. */
  eventRetriesMs: [0, 60_000, 300_000],
  /** Commands and clicks come once more, at once, and over Socket Mode only. */
  interactionRetriesMs: [0],
  socketTicketMs: 30_000,
  socketPingMs: 10_000,
  sockets: 10,
} as const;

/** Every scope this stand-in asks for, except `chat:write.public`, which an app must be given on purpose. */
export const ALL_SCOPES = [
  "app_mentions:read",
  "channels:history",
  "channels:read",
  "chat:write",
  "commands",
  "files:write",
  "groups:history",
  "groups:read",
  "im:history",
  "im:read",
  "im:write",
  "usergroups:read",
  "users:read",
];
