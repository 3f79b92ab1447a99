import { argvOf } from "#change/plan.ts";
import type { Look, LookEnd, LookKey } from "#change/planning/look.ts";
import { sha256Of } from "#execution/workspace/snapshot.ts";
import { type AskedFiles, lookAtFiles } from "./look-files.ts";
import { type AskedLook, type LookingDeps, type RanLook, runLook } from "./run-look.ts";

/** Where looks are written; every write fails once the change belongs to another instance. */
export type LookRows = {
  /** Which attempt this is; null where it must not be made (any more). */
  begin(key: LookKey, command: Pick<Look, "argv" | "dir">): Promise<number | null>;
  find(changeId: string, revision: number): Promise<Look[]>;
  /** Writes its end; throws when it has one. */
  finish(key: LookKey, attempt: number, end: LookEnd): Promise<void>;
};

type Numbered<Asked> = Asked & Omit<LookKey, "changeId">;

/**
 * Makes one look, and returns its end once that is committed: nobody reads what no row holds. One whose end stands there is
 * not made again and returned as it was; one that was cut off three times ends so.
 */
export function makeLook(
  deps: LookingDeps & { rows: LookRows },
  { revision, number, ...asked }: Numbered<AskedLook>,
  signal: AbortSignal,
): Promise<LookEnd> {
  const key = { changeId: asked.changeId, revision, number };
  const command = { argv: argvOf(asked.command), dir: asked.command.dir };
  return withRow(deps, key, command, () => runLook(deps, asked, signal));
}

/** The same of a look at files of the workspace. */
export function makeFileLook(
  deps: LookingDeps & { rows: LookRows },
  { changeId, revision, number, ...asked }: Numbered<AskedFiles & Pick<LookKey, "changeId">>,
): Promise<LookEnd> {
  const { path, search, fromLine } = asked;
  const argv = ["files", path, search, String(fromLine)];
  return withRow(deps, { changeId, revision, number }, { argv, dir: "" }, () => lookAtFiles(deps, asked));
}

/** The command is redacted before its row is written: a refusal comes after that, and a model may say anything. */
async function withRow(
  { rows, redact }: Pick<LookingDeps, "redact"> & { rows: LookRows },
  key: LookKey,
  { argv, dir }: Pick<Look, "argv" | "dir">,
  run: () => Promise<RanLook>,
): Promise<LookEnd> {
  const command = { argv: argv.map(redact), dir: redact(dir) };
  const attempt = await rows.begin(key, command);
  if (attempt === null) return ended(rows, key, command);
  const began = performance.now();
  const ran = await run();
  const ms = Math.round(performance.now() - began);
  const end = { ...ran, sha256: sha256Of(Buffer.from(ran.text)), ms };
  await rows.finish(key, attempt, end);
  return end;
}

async function ended(rows: LookRows, key: LookKey, wanted: Pick<Look, "argv" | "dir">): Promise<LookEnd> {
  const looks = await rows.find(key.changeId, key.revision);
  const look = looks.find(({ number }) => number === key.number);
  const isSame = JSON.stringify([look?.argv, look?.dir]) === JSON.stringify([wanted.argv, wanted.dir]);
  if (look === undefined || !isSame)
    throw new Error(`Look ${key.number} of change ${key.changeId} is written down as another one.`);
  if (look.end !== null) return look.end;
  const text = "This look was cut off each time it was made, and is not made again.";
  const sha256 = sha256Of(Buffer.from(text));
  const end: LookEnd = { outcome: "cut off", ran: null, environments: [], text, sha256, ms: 0 };
  await rows.finish(key, look.attempt, end);
  return end;
}
