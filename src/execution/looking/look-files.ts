import { posix } from "node:path";
import { readWorkspace } from "#execution/workspace/snapshot.ts";
import { UNNAMED_ENVIRONMENT } from "#policy/approvals/approvers.ts";
import { type Looker, mayLook, whyNotLook } from "#policy/approvals/looking.ts";
import type { KnownFiles } from "#policy/files.ts";
import { isPrivate } from "#policy/private-files.ts";
import { environmentOfDirectory, isListedPlace, placeOf } from "#policy/terraform/places.ts";
import type { Redact } from "#redact/redact.ts";
import { LOOK_CHARS } from "./fit-look.ts";
import type { LookingDeps, RanLook } from "./run-look.ts";

/** A look at files of the workspace: a file, or what lies below a directory. `search`: only lines that hold this text; "" is none. */
export type AskedFiles = { path: string; search: string; fromLine: number; looker: Looker };

/** As the overview reads: less than commands may. */
const ROOM = { maxFiles: 1_000, maxBytes: 2 * 1_024 * 1_024 };
const LINE_CHARS = 300;
/** For the line that says what is left out. */
const NOTICE_CHARS = 200;

/**
 * Reads files of the workspace for the Planner: what commands may read, of that nothing of a kind that holds values, keys,
 * logins or states, and nothing of an environment whose files may not be looked at for whoever asked. Redacted, and cut.
 */
export async function lookAtFiles(deps: LookingDeps, asked: AskedFiles): Promise<RanLook> {
  const { policy, workspace, dataDir, redact } = deps;
  const place = asked.path === "" ? "" : placeOf("", asked.path);
  if (place === null || !isListedPlace(policy, place))
    return refused(`There is nothing to read at ${JSON.stringify(asked.path)}.`);
  const read = await readWorkspace(workspace, [{ path: place, kind: "tree" }], { own: [dataDir], ...ROOM });
  if (!read.ok) return refused(redact(`${read.reason}.`));
  const files = openFiles(read.snapshot.files);
  const placeOnly = files.length === 0 ? [environmentOf(deps, posix.join(place, "x"))] : [];
  const all = [...new Set([...files.map(([path]) => environmentOf(deps, path)), ...placeOnly])];
  const allowed = all.filter((environment) => mayLook(policy, asked.looker, "files", environment));
  if (allowed.length === 0) {
    const why = whyNotLook(policy, asked.looker, { kinds: ["files"], environments: all });
    return refused(why ?? "It must not be looked at.");
  }
  const shown = files.filter(([path]) => allowed.includes(environmentOf(deps, path)));
  const unread = [...read.snapshot.leftOut.values()].filter(({ cause }) => cause === "much").length;
  const text = textOf(shown, place, asked, redact);
  return {
    outcome: "seen",
    ran: null,
    environments: allowed,
    text: `${text}${unread === 0 ? "" : "\n… There is more below it that was not read."}`,
  };
}

function refused(text: string): RanLook {
  return { outcome: "refused", ran: null, environments: [], text: text.slice(0, LOOK_CHARS) };
}

function environmentOf({ policy }: LookingDeps, path: string): string {
  const directory = posix.dirname(path);
  return environmentOfDirectory(policy, directory === "." ? "" : directory) ?? UNNAMED_ENVIRONMENT;
}

/** A link counts as what it leads to; what is no UTF-8 is no text. */
function openFiles(files: KnownFiles): [path: string, text: string][] {
  return [...files].filter(
    ([path, text]) =>
      !isPrivate(path, text) && !isPrivate(files.linked?.get(path) ?? path) && !text.includes("\ufffd"),
  );
}

function textOf(
  files: readonly [path: string, text: string][],
  place: string,
  { search, fromLine }: AskedFiles,
  redact: Redact,
): string {
  const [only] = files;
  if (only === undefined) return "Nothing there may be read.";
  if (search !== "") {
    const found = files.flatMap(([path, text]) => linesWith(path, text, search, redact));
    if (found.length === 0) return `No line of ${files.length} files holds it.`;
    return fitted(
      found,
      (left) => `… ${left} more lines hold it. Search for more of the line, or below one directory.`,
    );
  }
  if (only[0] !== place) {
    const listed = files.map(([path, text]) => `${path} (${linesOf(text).length} lines)`);
    return fitted(listed, (left) => `… ${left} more files. Look below one directory, or search.`);
  }
  const lines = linesOf(redact(only[1])).map((line, index) => `${index + 1}: ${cut(line)}`);
  const from = Math.max(1, fromLine);
  return fitted(
    lines.slice(from - 1),
    (left) => `… ${left} more lines. Go on with from_line ${lines.length - left + 1}.`,
  );
}

/** The text itself and no pattern: a pattern may take for ever. */
function linesWith(path: string, text: string, search: string, redact: Redact): string[] {
  const wanted = search.toLowerCase();
  // Redacting takes long, and most files do not hold it. What only a secret holds is not found after it.
  if (!text.toLowerCase().includes(wanted)) return [];
  return linesOf(redact(text)).flatMap((line, index) =>
    line.toLowerCase().includes(wanted) ? [`${path}:${index + 1}: ${cut(line)}`] : [],
  );
}

function linesOf(text: string): string[] {
  return text.replace(/\n$/, "").split("\n");
}

function cut(line: string): string {
  return line.length <= LINE_CHARS ? line : `${line.slice(0, LINE_CHARS - 1).toWellFormed()}…`;
}

function fitted(lines: readonly string[], more: (left: number) => string): string {
  let size = 0;
  const end = lines.findIndex((line) => {
    size += line.length + 1;
    return size > LOOK_CHARS - NOTICE_CHARS;
  });
  if (end < 0) return lines.length === 0 ? "It has no such line." : lines.join("\n");
  return [...lines.slice(0, end), more(lines.length - end)].join("\n");
}
