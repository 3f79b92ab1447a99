import type { Command } from "#change/plan.ts";
import { flagOf, readKubectl } from "#policy/kubectl/line.ts";
import { foldLog } from "./fold-log.ts";
import { tidyJson, tidyYaml } from "./tidy-object.ts";

/** What a look may tell the model at most, in characters. */
export const LOOK_CHARS = 6_000;
/** For the line that says what is cut and how to narrow it. */
const NOTICE_CHARS = 300;

type Shape = "log" | "yaml" | "json" | "text";

const NARROWER: Readonly<Record<Shape, string>> = {
  log: "Narrow it with --since, --tail, -c or the name of one pod.",
  yaml: "Narrow it with a name, or with -o jsonpath or custom-columns for what matters.",
  json: "Narrow it with a name, or with -o jsonpath or custom-columns for what matters.",
  text: "Narrow it with a name, a namespace, -l or --field-selector.",
};

/**
 * What the model is given of what a look printed, redacted by then: tables as they are, objects without what says nothing,
 * logs with repeated lines folded and lines of errors kept. At most 6,000 characters; what is cut is counted, with how to
 * narrow it.
 */
export function fitLook(command: Command, text: string): string {
  const shape = shapeOf(command);
  const trimmed = text.replace(/\s+$/, "");
  if (trimmed === "") return "It printed nothing.";
  if (shape === "log") {
    const { text: log, left } = foldLog(trimmed, LOOK_CHARS - NOTICE_CHARS);
    return left === 0 ? log : `${log}\n${leftOut(left, "line")} ${NARROWER.log}`;
  }
  return cutLines(tidy(trimmed, shape), shape);
}

function tidy(text: string, shape: Shape): string {
  if (shape === "yaml") return tidyYaml(text);
  return shape === "json" ? (tidyJson(text) ?? text) : text;
}

/** A log's end is what matters, and it may be a year long: 200 lines where the command does not say how many. */
export function withTail(command: Command): Command {
  if (command.tool !== "kubectl") return command;
  const read = readKubectl(command.args);
  if (!read.ok || read.line.verb !== "logs" || read.line.flags.has("--tail")) return command;
  return { ...command, args: [...command.args, "--tail=200"] };
}

function shapeOf({ tool, args }: Command): Shape {
  const read = tool === "kubectl" ? readKubectl(args) : null;
  if (read?.ok !== true) return "text";
  if (read.line.verb === "logs") return "log";
  const output = flagOf(read.line, "--output");
  return output === "yaml" || output === "json" ? output : "text";
}

/** Its beginning, in whole lines where there is one that fits. */
function cutLines(text: string, shape: Shape): string {
  if (text.length <= LOOK_CHARS) return text;
  const room = LOOK_CHARS - NOTICE_CHARS;
  const end = text.lastIndexOf("\n", room);
  const shown = text.slice(0, end > 0 ? end : room).toWellFormed();
  const rest = text.slice(shown.length).replace(/^\n/, "");
  const lines = rest.split("\n").length;
  const what = end > 0 ? leftOut(lines, "line") : leftOut(rest.length, "character");
  return `${shown}\n${what} ${NARROWER[shape]}`;
}

function leftOut(count: number, what: "line" | "character"): string {
  return `… ${count} ${what}${count === 1 ? "" : "s"} of it ${count === 1 ? "is" : "are"} left out.`;
}
