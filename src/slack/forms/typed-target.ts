import type { types } from "@slack/bolt";
import type { Destroyed } from "#change/approval.ts";
import type { Change } from "#change/change.ts";
import type { Step } from "#change/plan.ts";
import { riskOfStep } from "#change/titles/step-risks.ts";
import { readKept } from "#slack/clicks/pressed.ts";
import { bold, bullets, codeBox, type Part, paragraph, rich, said } from "#slack/text/blocks.ts";
import { SLACK_LIMITS } from "#slack/text/limits.ts";
import { shownCommand } from "#slack/text/pieces.ts";
import { cutMiddle, oneLine, visible } from "#slack/text/text.ts";
import type { Fields, Subject } from "./forms.ts";
import { TEXT, textField } from "./parts.ts";

/** The block of the name that is typed. */
export const TARGET = "greenlight:target";
const MOST = 200;
/** A command of this length stands whole; the card has the longer ones. */
const COMMAND_CHARS = 400;
/** More things of one step are counted: the card lists them. */
const MOST_THINGS = 12;
const WHAT_CHARS = 160;

/** The field for the name; none where nothing has to be typed. */
export function typedField({ extra }: Subject, focus: boolean): types.InputBlock[] {
  if (extra === "") return [];
  const label = "The name of what is taken away";
  return [textField({ block: TARGET, label, least: 1, most: MOST, multiline: false, focus })];
}

/** What was typed. A slip is told in the form; whether it is the right name the port says, from the row. */
export function typedIn(
  { extra }: Subject,
  fields: Fields,
): { target: string } | { errors: Record<string, string> } {
  const target = fields(TARGET, TEXT);
  if (extra !== "" && target !== extra)
    return { errors: { [TARGET]: `Type it exactly as it stands above: ${extra}` } };
  return { target };
}

/** The name is the row's, whatever the button says: a card of an earlier version names another one. */
export function withName(metadata: string, name: string): string {
  const kept = readKept(metadata);
  if (kept === null) return metadata;
  const [question = ""] = kept.value.split(" ");
  return JSON.stringify({ ...kept, value: `${question} ${name}`.trim() });
}

/**
 * Every step that takes something away, by what reaches farthest: its command, where it runs and all that goes, and then the
 * other steps, which are approved with it.
 */
export function destroyedBlocks(change: Change): types.RichTextBlock[] {
  const destroys = change.terms?.destroys ?? [];
  const steps = change.plan?.plan ?? [];
  const numbers = [...new Set(destroys.map(({ step }) => step))];
  const shown = fitting(
    numbers.flatMap((number) => {
      const step = steps.find((one) => one.step === number);
      const things = destroys.filter((one) => one.step === number);
      return step === undefined ? [] : [rich(...stepParts(change, step, things))];
    }),
  );
  const left = numbers.length - shown.length;
  const more = left === 0 ? "" : `${left} more steps take something away: the card lists them. `;
  const others = steps.length - numbers.length;
  const beside = others === 0 ? "" : `${others} more ${others === 1 ? "step runs" : "steps run"} with this.`;
  return more + beside === "" ? shown : [...shown, rich(paragraph(said(more + beside)))];
}

function stepParts(change: Change, step: Step, things: readonly Destroyed[]): Part[] {
  const total = change.plan?.plan.length ?? 0;
  const which = total === 1 ? "" : `Step ${step.step} of ${total} · `;
  const namespaces = [...new Set(things.flatMap(({ namespace }) => namespace ?? []))];
  const places = [...new Set(things.flatMap(({ place }) => place ?? []))];
  const environments = change.environments.filter((name) => name !== "").join(", ");
  const facts: [string, string][] = [
    ["Environment", environments],
    ["Namespace", namespaces.join(", ")],
    [step.tool === "kubectl" ? "Cluster" : "Root", places.join(", ") || "not told by the kubeconfig"],
  ];
  const items = things.slice(0, MOST_THINGS).map(({ what }) => [said(cutMiddle(oneLine(what), WHAT_CHARS))]);
  const rest = things.length - items.length;
  return [
    paragraph(bold(`${which}${riskOfStep(change, step)} risk`)),
    codeBox(cutMiddle(shownCommand(step), COMMAND_CHARS)),
    ...facts
      .filter(([, value]) => value !== "")
      .map(([label, value]) => paragraph(bold(`${label}: `), said(cutMiddle(visible(value), WHAT_CHARS)))),
    paragraph(bold(things.length === 1 ? "What goes:" : `What goes, ${things.length} things:`)),
    bullets([...items, ...(rest === 0 ? [] : [[said(`and ${rest} more, on the card`)]])]),
  ];
}

/** As many as a form takes with room for the rest of it. */
function fitting(blocks: types.RichTextBlock[]): types.RichTextBlock[] {
  const chars = (some: types.RichTextBlock[]) => JSON.stringify(some).length;
  const most = blocks.findIndex((_, index) => chars(blocks.slice(0, index + 1)) > SLACK_LIMITS.richText * 8);
  return most < 0 ? blocks : blocks.slice(0, Math.max(1, most));
}
