import { plainWords } from "./text.ts";

/** What somebody typed after the command. */
export type Typed =
  | { kind: "help" }
  | { kind: "unknown"; word: string }
  | { kind: "later"; word: string }
  | { kind: "request"; request: string };

/** Words that come with a later version, alone or with an id, a target or a filter behind them. */
const later = new Set(["status", "list", "cancel", "history", "logs", "stop", "retry"]);
/** These promise that nothing runs, so nothing behind them may be taken for a request. */
const harmless = new Set(["plan", "check", "explain", "dry-run"]);

/** Reads what was typed. One word alone is never a request, so that a misspelt word starts nothing. */
export function readTyped(text: string): Typed {
  const request = plainWords(text);
  const words = request.split(/\s+/u).filter((word) => word !== "");
  const first = (words[0] ?? "").toLowerCase();
  if (first === "" || first === "help" || first === "?") return { kind: "help" };
  if (harmless.has(first)) return { kind: "later", word: first };
  if (later.has(first) && words.length <= 2) return { kind: "later", word: first };
  if (words.length === 1) return { kind: "unknown", word: first };
  return { kind: "request", request };
}
