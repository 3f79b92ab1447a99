const GREETING = /^(?:hi|hello|hey|hiya|howdy|yo|hallo|moin|good (?:morning|afternoon|evening|day))$/u;
const THANKS = /^(?:thanks|thank|thx|ty|cheers|danke)(?: (?:a lot|so much|very much|again))?$/u;
const ABOUT_US =
  /^(?:what (?:can|do) you do|what are you|who are you|what is this|how does (?:this|it) work|how do i use (?:you|this|it)|how can you help|can you help(?: me)?|what do you understand)$/u;
/** Whom a greeting may be for. */
const TO_US = /^(?:there|greenlight|bot|team|all|everyone|everybody)$/u;
const AFTER = /(?: (?:there|greenlight|bot|team|all|everyone|everybody|you))+(?= |$)/u;
/** A longer text is about something. */
const MOST_PARTS = 3;

/**
 * What is neither a request nor a word: a greeting, thanks, a question about the bot, alone or one after the other. Null for
 * everything else, also for what only begins so.
 */
export function smallTalk(text: string): "greeting" | "thanks" | "help" | null {
  const parts = text
    .toLowerCase()
    .split(/[.,!?;\n]+|\p{Extended_Pictographic}+|:[a-z_]+:/u)
    .map((part) => part.replace(/\s+/gu, " ").trim())
    .filter((part) => part !== "" && !TO_US.test(part))
    .map(kindOf);
  if (parts.length === 0 || parts.length > MOST_PARTS || parts.includes(null)) return null;
  if (parts.includes("help")) return "help";
  return parts.includes("thanks") ? "thanks" : "greeting";
}

function kindOf(part: string): "greeting" | "thanks" | "help" | null {
  if (ABOUT_US.test(part)) return "help";
  const short = part.replace(AFTER, "");
  if (GREETING.test(short)) return "greeting";
  return THANKS.test(short) ? "thanks" : null;
}
