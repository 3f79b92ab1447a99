import {
  bareReason,
  loggedFault,
  ownWords,
  readStatements,
  type Statement,
  saysLoginFailed,
} from "./kubectl-statement.ts";
import { BEHIND_RULES, REACH_RULES } from "./reach-rules.ts";
import { REFUSAL_RULES } from "./refusal-rules.ts";
import type { Known, Rule } from "./rule.ts";
import { STATE_RULES } from "./state-rules.ts";
import { inQuotes } from "./words.ts";

/** What a cluster answers, in the order it is tried. */
const ANSWERS: readonly Rule[] = [...REFUSAL_RULES, ...STATE_RULES];

/**
 * Why kubectl failed, in one sentence of ours, by what it printed to stderr; null: it printed nothing. The text is redacted
 * already. What the cluster and its webhooks say stands in quotes and never chooses which sentence it is.
 */
export function whyKubectlFailed(stderr: string, known: Known): string | null {
  const statements = readStatements(stderr);
  const [first] = statements;
  if (first === undefined) return unsaid(stderr, known);
  const read = readOne(first, known);
  if (read !== null) return withMore(read, statements);
  const login = statements.findLast(saysLoginFailed);
  const failed = login === undefined ? null : readOne(login, known);
  if (failed !== null) return `${failed} ${said(first)}`;
  return withMore(said(first), statements);
}

/**
 * Whether all that kubectl said of its failure is a no that nothing is under way behind: the server took nothing of what each
 * of these is about. What is not known to be such a no may still have been done.
 */
export function wasRefused(stderr: string): boolean {
  const statements = readStatements(stderr);
  return statements.length > 0 && statements.every(isNo);
}

/** Whether it failed because the cluster could not be reached or nobody was logged in, whatever was asked of it. */
export function wasUnreached(stderr: string): boolean {
  const [first] = readStatements(stderr);
  if (first === undefined) return loggedFault(stderr) !== null;
  if (first.isServers) return false;
  const read = REACH_RULES.find(({ said: pattern }) => pattern.test(ownWords(first)));
  return read !== undefined && read.kind !== "context";
}

/** Kinds of answers after which nothing of the request is left to be done. */
const NOES = new Set([
  ...["webhook", "admission policy", "quota", "pod security", "terminating", "forbidden"],
  ...["invalid", "no kind", "not found", "exists", "conflict", "context"],
]);

function isNo(statement: Statement): boolean {
  const rules = statement.isServers ? [...BEHIND_RULES, ...ANSWERS] : [...REACH_RULES, ...ANSWERS];
  const text = statement.isServers ? bareReason(statement) : ownWords(statement);
  const read = rules.find(({ said: pattern }) => pattern.test(text) || pattern.test(bareReason(statement)));
  return read !== undefined && NOES.has(read.kind);
}

/** Only kubectl's own words say that the cluster cannot be reached: a server's answer says that of somebody else. */
function readOne(statement: Statement, known: Known): string | null {
  const bare = bareReason(statement);
  if (statement.isServers) return byRule([...BEHIND_RULES, ...ANSWERS], bare, known);
  return byRule(REACH_RULES, ownWords(statement), known) ?? byRule(ANSWERS, bare, known);
}

function byRule(rules: readonly Rule[], text: string, known: Known): string | null {
  for (const { said: pattern, why } of rules) {
    const found = pattern.exec(text);
    if (found !== null) return why(found.slice(1), known);
  }
  return null;
}

/** kubectl was ended while it tried, or said something we do not know the beginning of. */
function unsaid(stderr: string, known: Known): string | null {
  const logged = loggedFault(stderr);
  if (logged !== null)
    return byRule(REACH_RULES, logged, known) ?? `kubectl's log says: ${inQuotes(logged)}.`;
  const last = stderr.trim().split("\n").at(-1) ?? "";
  return last.trim() === "" ? null : `kubectl says: ${inQuotes(last)}.`;
}

function said(statement: Statement): string {
  return `${statement.isServers ? "The cluster's server" : "kubectl"} says: ${inQuotes(bareReason(statement))}.`;
}

function withMore(why: string, statements: readonly Statement[]): string {
  const left = statements.length - 1;
  return left === 0 ? why : `${why} Its output names ${left} more ${left === 1 ? "error" : "errors"}.`;
}
