import { type Token, UnclearError } from "./tokens.ts";

/** Says on which line a place is; null where nobody counts lines. */
export type LineOf = (at: number) => number | null;
/** Tokens with the place somebody reads at. */
export type Reader = {
  tokens: readonly Token[];
  at: number;
  /** Whether line breaks count for nothing, as in brackets. */
  skipsLines: boolean;
  depth: number;
  lineOf: LineOf;
};

/** Two signs that are one operator. */
const PAIRS: ReadonlySet<string> = new Set(["==", "!=", "<=", ">=", "&&", "||"]);
const OPERATORS: ReadonlySet<string> = new Set(["+", "-", "*", "/", "%", "<", ">"]);

/** Reads what stands in brackets, where lines do not count but in an object's braces, up to the one that closes them. */
export function inBrackets<T>(reader: Reader, read: () => T, close?: string, skipsLines = true): T {
  const open = signAt(reader);
  reader.at += 1;
  const before = reader.skipsLines;
  reader.skipsLines = skipsLines;
  const found = read();
  const end = close ?? (open === "(" ? ")" : "]");
  // Not a loop: the caller reads the same place in another way.
  if (found === null && end === "}") {
    reader.skipsLines = before;
    return found;
  }
  if (signAt(reader) !== end) stop();
  reader.at += 1;
  reader.skipsLines = before;
  return found;
}

/** The next token that counts. */
export function peek(reader: Reader): Token | undefined {
  while (reader.skipsLines && reader.tokens[reader.at]?.kind === "newline") reader.at += 1;
  return reader.tokens[reader.at];
}

/** The sign that comes next, or null. */
export function signAt(reader: Reader): string | null {
  const token = peek(reader);
  return token?.kind === "sign" ? token.value : null;
}

/** Steps over this sign, if it comes next. */
export function takes(reader: Reader, sign: string): boolean {
  if (signAt(reader) !== sign) return false;
  reader.at += 1;
  return true;
}

/** Steps over an operator that joins two expressions, if one comes next. */
export function takesOperator(reader: Reader): boolean {
  const sign = signAt(reader);
  if (sign === null) return false;
  const next = reader.tokens[reader.at + 1];
  const pair = next?.kind === "sign" ? sign + next.value : "";
  if (PAIRS.has(pair)) reader.at += 2;
  else if (OPERATORS.has(sign)) reader.at += 1;
  else return false;
  return true;
}

/** Steps over a word, which must come next. */
export function takeWord(reader: Reader): string {
  const token = peek(reader);
  if (token?.kind !== "word" || token.value === null) return stop();
  reader.at += 1;
  return token.value;
}

/** Whether a token is this sign. */
export function isSign(token: Token | undefined, value: string): boolean {
  return token?.kind === "sign" && token.value === value;
}

/** Stops where an expression could be read in two ways. */
export function stop(): never {
  throw new UnclearError("an expression that cannot be read for sure");
}
