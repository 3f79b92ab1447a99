import { plainWords } from "#slack/text/text.ts";
import { isWord, nearestWord, type WordName } from "./names.ts";
import { smallTalk } from "./small-talk.ts";

/** What somebody typed after the command. `nearest`: the word they may have meant; `foreign`: it is another bot's for that. */
export type Typed =
  | { kind: "word"; word: WordName; rest: string }
  | { kind: "greeting"; isThanks: boolean }
  | { kind: "unknown"; word: string; nearest: string | null; foreign: boolean; alone: boolean }
  | { kind: "request"; request: string };

/** Words of another kind of bot, alone or with an id behind them; with more they begin a request ("stop the job …"). */
const elsewhere: { [typed: string]: string } = {
  stop: "cancel",
  retry: "status",
  approve: "status",
  reject: "status",
};
/** Other names of words, and what else promises that nothing runs. */
const alike: { [typed: string]: WordName } = { "?": "help", "dry-run": "plan", log: "logs" };

/**
 * Reads what was typed. A request is told from a word by its first word alone, so that whatever follows a word, or one that
 * is nearly spelt so, starts nothing; one word alone is never a request.
 */
export function readTyped(text: string): Typed {
  const request = plainWords(text);
  const [, head = "", rest = ""] = /^(\S*)\s*(.*)$/su.exec(request) ?? [];
  // People end a word as in a sentence: "cancel, we do it by hand".
  const first = head.toLowerCase().replace(/(?<=.)[,:;.!?]+$/u, "");
  const about = smallTalk(request);
  if (first === "" || about === "help") return { kind: "word", word: "help", rest: "" };
  if (about !== null) return { kind: "greeting", isThanks: about === "thanks" };
  const word = Object.hasOwn(alike, first) ? alike[first] : first;
  if (word !== undefined && isWord(word)) return { kind: "word", word, rest };
  const meant = !/\s/u.test(rest) && Object.hasOwn(elsewhere, first) ? elsewhere[first] : undefined;
  const nearest = meant ?? nearestWord(first);
  if (nearest !== null || rest === "")
    return { kind: "unknown", word: head, nearest, foreign: meant !== undefined, alone: rest === "" };
  return { kind: "request", request };
}
