import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { plain } from "./plain.ts";

/** Where the approved words stand: a file for each message and case. */
const APPROVED = fileURLToPath(new URL("../approved/", import.meta.url));

/** Set by `npm run approve` alone. A machine that only checks writes nothing, and a file that is missing fails there. */
const WRITES = process.env["GREENLIGHT_APPROVE"] === "1" && process.env["CI"] === undefined;
/** Only some of the tests run, so that what they do not say says nothing. */
const IS_PART = process.execArgv.some((one) => /^--test-(name-pattern|skip-pattern|only)/u.test(one));

/** Holds a message, a form or a text, as a person reads it, against the file of this name. */
export type Approved = (name: string, what: unknown) => void;

/**
 * Gives the suite it is called in the files of `test/approved/FOLDER`, which are no other's. `npm run approve` writes them and
 * takes away what nothing says any more; else that fails. Ids, times, ports and directories stand there as placeholders.
 */
export function approvedIn(folder: string): Approved {
  const shown = new Map<string, string>();
  after(() => {
    if (!IS_PART) lookForRests(folder, [...shown.keys()]);
  });
  return (name, what) => {
    const text = `${settled(plain(what)).trimEnd()}\n`;
    assert.notEqual(text.trim(), "", `${folder}/${name} says nothing`);
    const before = shown.get(name);
    if (before !== undefined) assert.equal(text, before, `two messages are approved as ${folder}/${name}`);
    shown.set(name, text);
    if (WRITES) write(`${folder}/${name}`, text);
    else assert.equal(text, wordsOf(`${folder}/${name}`), `${folder}/${name}. ${HOW}`);
  };
}

const HOW = "If it is meant to say this: npm run approve, and look at the diff of test/approved.";

function lookForRests(folder: string, said: readonly string[]): void {
  const files = existsSync(`${APPROVED}${folder}`) ? readdirSync(`${APPROVED}${folder}`) : [];
  const rests = files.filter((file) => !said.includes(file.replace(/\.txt$/u, "")));
  if (WRITES) for (const file of rests) rmSync(`${APPROVED}${folder}/${file}`, { recursive: true });
  else assert.deepEqual(rests, [], `nothing says these any more. ${HOW}`);
}

function write(name: string, text: string): void {
  mkdirSync(dirname(fileOf(name)), { recursive: true });
  writeFileSync(fileOf(name), text);
}

/**
 * Recognises an approved message of few words in a text, or in a message made JSON. Anything may stand for a placeholder, for
 * a person and a channel, and for what a test calls THE REASON.
 */
export function approvedAs(name: string): RegExp {
  const runs = wordsOf(name)
    .replaceAll(/^(?:Form|Notification): .*$|^\[[^\]]*\] (?:sends|closes) it$/gmu, "")
    .trim()
    .split(/\{[a-z]+\}|THE [A-Z]+\.|<[@#]\w+>|[`*\n]| \(link\)|^- |^~ |^# |^\[|\]$/gmu)
    .map((run) => run.trim())
    .filter((run) => run !== "");
  return new RegExp(runs.map(literal).join("[^]*?"), "u");
}

function literal(run: string): string {
  const escaped = run.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, "\\$&").replaceAll("&", "&(?:amp;)?");
  return escaped.replaceAll('"', '\\\\?"').replaceAll("<", "(?:<|&lt;)").replaceAll(">", "(?:>|&gt;)");
}

function wordsOf(name: string): string {
  try {
    return readFileSync(fileOf(name), "utf8");
  } catch (cause) {
    throw new Error(`There is no test/approved/${name}.txt. ${HOW}`, { cause });
  }
}

function fileOf(name: string): string {
  return `${APPROVED}${name}.txt`;
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gu;
/** What differs from run to run, or is not seen. */
const SETTLED: readonly (readonly [RegExp, string])[] = [
  [UUID, "{id}"],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{8}(?=`| \(link\)|[:,. ]|$)/gmu, "{short}"],
  [/\b[0-9a-f]{12,64}\b/gu, "{digest}"],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z| UTC)?/gu, "{time}"],
  [/\b(just now|\d+ (?:s|min|h|d) ago)\b/gu, "{ago}"],
  [/\bhttps?:\/\/(localhost|127\.0\.0\.1):\d+/gu, "http://$1:{port}"],
  [/[ \t]+$/gmu, ""],
  [/(?:\/private)?\/tmp\/[\w./-]+/gu, "{directory}"],
];

/** The same text with a placeholder for all that another run would have otherwise. */
function settled(text: string): string {
  return SETTLED.reduce((so, [what, placeholder]) => so.replaceAll(what, placeholder), text);
}
