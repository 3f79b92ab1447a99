import type { Change } from "#change/change.ts";
import type { Command, Step } from "#change/plan.ts";
import type { PreviewRow } from "#change/preview.ts";
import { stepNumbers } from "#change/step-numbers.ts";
import { titleTellsAll } from "#change/titles/title.ts";
import { goesBack, madeOf } from "#change/way-back.ts";
import { code, codeBox, type Part, paragraph, said } from "#slack/text/blocks.ts";
import { pieces, shownCommand } from "#slack/text/pieces.ts";
import { cutMiddle, visible } from "#slack/text/text.ts";
import { rowLine } from "./before-after.ts";

/** A rollback longer than this gets a code box of its own. */
const INLINE_CHARS = 300;
/** More rows than these stand in the table, turned the other way. */
const MAX_ROWS = 3;
const ROW_CHARS = 160;
/** A step on a hundred objects has a hundred commands. */
const MAX_COMMANDS = 10;

/** What takes a step back: the exact commands, and of one that Greenlight made what it puts back. */
export function rollbackParts(change: Change, step: Step): Part[] {
  const made = madeOf(change, step.step);
  if (made === undefined) return plansOwn(step);
  const { commands, coveredBy } = made;
  const what = rowsBack(change, step);
  const shown = commands.slice(0, MAX_COMMANDS).flatMap((command) => commandParts("Rollback", command));
  const more = commands.length - MAX_COMMANDS;
  return [
    ...(coveredBy.length === 0 ? [] : [paragraph(said(`Rollback: with ${stepNumbers(coveredBy)}.`))]),
    ...(commands.length === 0 && coveredBy.length === 0 ? [paragraph(said("Rollback: none."))] : []),
    ...(commands.length > 0 && what !== "" ? [paragraph(said(`Rollback, by Greenlight: ${what}`))] : []),
    ...shown,
    ...(more > 0 ? [paragraph(said(`and ${more} more of the same kind`))] : []),
  ];
}

/**
 * The same for a card. Of one short rollback that Greenlight made what it puts back says more than its command, which names a
 * file that Greenlight writes; that command stands in Details.
 */
export function briefRollbackParts(change: Change, step: Step): Part[] {
  const made = madeOf(change, step.step);
  const preview = change.previews.find((one) => one.step === step.step);
  const isTold =
    made?.commands.length === 1 &&
    made.coveredBy.length === 0 &&
    preview !== undefined &&
    preview.rows.length > 0 &&
    preview.rows.length <= MAX_ROWS &&
    preview.omitted === 0;
  if (!isTold) return rollbackParts(change, step);
  const [row] = preview.rows;
  const what =
    titleTellsAll(change) && row !== undefined
      ? cutMiddle(`${row.after} → ${row.before}`, ROW_CHARS)
      : rowsBack(change, step);
  return [paragraph(said(`Rollback, by Greenlight: ${what}`))];
}

/** The same as lines, for a question that has no room for more. */
export function rollbackLines(change: Change, step: Step): string[] {
  const made = madeOf(change, step.step);
  if (made !== undefined && made.commands.length > 0) return made.commands.map(shownCommand);
  if (step.rollback !== null) return [shownCommand(step.rollback)];
  return [
    goesBack(change, step)
      ? `Step ${step.step} goes back with an earlier step`
      : `Step ${step.step} has no rollback`,
  ];
}

function plansOwn({ tool, args, rollback }: Step): Part[] {
  if (rollback === null && tool === "terraform" && args[0] === "apply")
    return [
      paragraph(
        said(
          "Rollback: never automatic for terraform. It would be a change of its own, with a plan and an approval.",
        ),
      ),
    ];
  return rollback === null ? [paragraph(said("Rollback: none."))] : commandParts("Rollback", rollback);
}

function commandParts(label: string, command: Command): Part[] {
  const line = shownCommand(command);
  const where = command.dir === "" ? "" : ` (in ${visible(command.dir)})`;
  if (line.length <= INLINE_CHARS) return [paragraph(said(`${label}${where}: `), code(line))];
  return [paragraph(said(`${label}${where}:`)), ...pieces(line, codeBox, label)];
}

/** What the preview saw, turned round: redacted and cut as it is. */
function rowsBack(change: Change, { step }: Step): string {
  const preview = change.previews.find((one) => one.step === step);
  const rows = preview?.rows ?? [];
  const lines = rows.slice(0, MAX_ROWS).map((row) => cutMiddle(rowLine(turned(row)), ROW_CHARS));
  const more = rows.length - lines.length + (preview?.omitted ?? 0);
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}

const TURNED: Partial<Record<PreviewRow["action"], PreviewRow["action"]>> = {
  create: "destroy",
  destroy: "create",
};

function turned({ target, action, before, after }: PreviewRow): PreviewRow {
  return { target, action: TURNED[action] ?? action, before: after, after: before };
}
