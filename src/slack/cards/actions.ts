import type { types } from "@slack/bolt";
import { type Answer, type Change, type Decision, openDecision } from "#change/change.ts";
import type { StepRecord } from "#change/journal.ts";
import { operatorAnswers, unsettledStep } from "#change/operator.ts";
import { takesReason } from "#change/say.ts";
import { riskiestFirst, riskiestSteps, riskOfStep } from "#change/titles/step-risks.ts";
import { button, buttonValue, moreMenu } from "#slack/text/buttons.ts";
import { SLACK_LIMITS } from "#slack/text/limits.ts";
import { shownCommand } from "#slack/text/pieces.ts";
import { stepStatesOf } from "#slack/text/step-states.ts";
import { commandLine, cutMiddle, oneLine } from "#slack/text/text.ts";
import { cancelButtons, cancelEntries } from "./cancel-buttons.ts";
import { rollbackLines } from "./rollback-parts.ts";

/** How much of a dialog's 300 characters one command may take; what is cut from its middle may be what matters. */
const DIALOG_LINE_CHARS = 90;
const RISKIEST_LINE_CHARS = 160;
/** What the last line of a dialog may take: "and 17 more (3 high, 9 medium, 5 low): see the card". */
const DIALOG_REST_CHARS = 55;

/**
 * The buttons of the approval one by one, or null while it is not open. `reader`: who alone sees them; who may not break the
 * glass is not offered to.
 */
export function approvalButtons(
  change: Change,
  reader?: string,
): {
  /** None while nothing may be approved. */
  approve: types.Button[];
  reject: types.Button;
  requestChanges: types.Button;
  breakGlass: types.Button[];
} | null {
  const question = openAt(change, "waiting");
  if (question === null || question.gate !== "approval") return null;
  const value = buttonValue(change.id, question);
  const typed = change.terms?.typedTarget ?? "";
  // What stands behind the question opens the form: the name to be typed, or else that a reason is taken.
  const isForm = typed !== "" || takesReason(change, { gate: "approval", answer: "approve" });
  const approval = buttonValue(change.id, question, typed === "" && isForm ? "high" : typed);
  const steps = change.plan?.plan ?? [];
  const quorum = change.terms?.quorum ?? 1;
  const dialog = {
    title: `Run ${many(steps.length, "step")} in ${whereIn(change)}?`,
    text: listedByRisk(change),
    confirm: quorum > 1 ? "Approve" : "Approve and run",
    isDangerous: false,
  };
  const glassValue = buttonValue(change.id, question, typed);
  const named = change.terms?.breakGlass ?? [];
  // Somebody listed by the id that holds in their whole organisation (W…) can be known here by another one.
  const mayBreak = reader === undefined ? named : named.filter((id) => id === reader || id.startsWith("W"));
  // On a card that everybody sees most may not: only for those who may does it stand out.
  const look = reader === undefined ? {} : ({ style: "danger" } as const);
  return {
    approve: approveButton(change, approval, isForm ? {} : { dialog }),
    reject: button("reject", "Reject", value, {}),
    requestChanges: button("request_changes", "Request changes", value, {}),
    breakGlass: mayBreak.length === 0 ? [] : [button("break_glass", "Break glass…", glassValue, look)],
  };
}

/** None in a freeze. Where a name or a reason has to be typed, the form asks instead of the dialog. */
function approveButton({ terms }: Change, value: string, asks: { dialog?: Dialog }): types.Button[] {
  if (terms?.frozen !== undefined) return [];
  return [button("approve", "Approve", value, { style: "primary", ...asks })];
}

/** The row below a card while its approval is open: everything that can be done about it. */
export function approvalActions(change: Change, reader?: string): types.ActionsBlock[] {
  const asked = approvalButtons(change, reader);
  if (asked === null) return [];
  const { approve, reject, requestChanges, breakGlass } = asked;
  // Five buttons of these widths make two rows on a phone, in another order three.
  const first = [...approve, reject, detailsButton(change.id), requestChanges];
  // Most who see the channel's card may not break the glass: there it stands in the menu.
  const isForAll = reader === undefined && breakGlass.length > 0;
  const others = isForAll
    ? moreMenu([...cancelEntries(change), ...breakGlass])
    : [...cancelButtons(change), ...breakGlass];
  return [actions("approval", [...first, ...others])];
}

/** The button that shows all of a change in a form, with what can be done about it by then. */
export function detailsButton(changeId: string): types.Button {
  return button("details", "Details", changeId, {});
}

/** The operator's buttons in a row, only while that question is open. */
export function operatorActions(change: Change, steps: readonly StepRecord[]): types.ActionsBlock[] {
  const buttons = operatorButtons(change, steps);
  return buttons.length === 0 ? [] : [actions("operator", buttons)];
}

/** The operator's buttons one by one; none while that question is not open. */
export function operatorButtons(change: Change, steps: readonly StepRecord[]): types.Button[] {
  const question = openAt(change, "needs_person");
  if (question === null || question.gate !== "operator") return [];
  const value = buttonValue(change.id, question);
  const open = unsettledStep(change, steps);
  const looks: Partial<Record<Answer, () => types.Button>> = {
    accept: () => button("accept", "Accept as it is", value, {}),
    roll_back: () =>
      button("roll_back", "Roll back", value, { style: "danger", dialog: wayBack(change, steps, open) }),
    happened: () =>
      button("happened", open === null ? "Go on" : "It happened", value, { dialog: saysYes(change, open) }),
    did_not_happen: () =>
      button("did_not_happen", "It did not happen", value, { dialog: saysNo(change, open) }),
  };
  return operatorAnswers(change, steps).flatMap((answer) => looks[answer]?.() ?? []);
}

type Dialog = { title: string; text: string; confirm: string; isDangerous: boolean };

function wayBack(change: Change, steps: readonly StepRecord[], open: StepRecord | null): Dialog {
  const toTakeBack = stepStatesOf(change, steps)
    .filter(({ ran, back }) => ran === "done" && back !== "done")
    .reverse();
  const ways = toTakeBack.flatMap(({ step }) => rollbackLines(change, step));
  const left = open === null ? [] : [`Not taken back: step ${open.step}, whose end nobody saw`];
  const text = ways.length === 0 ? "No step is known to have run, so there is nothing to take back." : null;
  return {
    title: `Roll back ${many(ways.length, "step")} in ${whereIn(change)}?`,
    text: text === null ? listed([...ways, ...left]) : [text, ...left].join("\n"),
    confirm: "Roll back",
    isDangerous: true,
  };
}

function saysYes(change: Change, open: StepRecord | null): Dialog {
  if (open === null) {
    const text =
      "The instance that ran the step has told since that it is done. The change goes on after it.";
    return { title: `Go on in ${whereIn(change)}?`, text, confirm: "Go on", isDangerous: false };
  }
  const isBack = open.direction === "rollback";
  const forward =
    change.cancel === null
      ? "The plan goes on after it."
      : "Nothing more of the plan is run: it was cancelled.";
  const next = isBack ? "The way back goes on." : forward;
  return {
    title: `Did it happen in ${whereIn(change)}?`,
    text: `${shownAttempt(open)}\nIt then counts as done, by your word. ${next}`,
    confirm: "It happened",
    isDangerous: false,
  };
}

function saysNo(change: Change, open: StepRecord | null): Dialog {
  if (change.cancel !== null && open?.direction === "forward") {
    return {
      title: `Did it not happen in ${whereIn(change)}?`,
      text: `${shownAttempt(open)}\nIt then counts as not run, by your word. Nothing is run by this: the change was cancelled.`,
      confirm: "It did not",
      isDangerous: false,
    };
  }
  return {
    title: `Did it not happen in ${whereIn(change)}?`,
    text: `${shownAttempt(open)}\nThis command then runs once more.`,
    confirm: "Run it again",
    isDangerous: true,
  };
}

function shownAttempt(open: StepRecord | null): string {
  return open === null ? "" : cutMiddle(oneLine(commandLine(open.argv)), SLACK_LIMITS.confirmText - 100);
}

function openAt(change: Change, status: Change["status"]): Decision | null {
  return change.status === status ? openDecision(change) : null;
}

function actions(id: string, elements: types.ActionsBlockElement[]): types.ActionsBlock {
  return { type: "actions", block_id: `greenlight:${id}`, elements };
}

function whereIn(change: Change): string {
  const names = change.environments.join(", ");
  return names === "" ? "an unknown environment" : cutMiddle(oneLine(names), 50);
}

/** As many whole lines as a dialog has room for, and how many there are beside them. */
function listed(commands: readonly string[]): string {
  const numbered = commands.map((command, index) => cutMiddle(`${index + 1}. ${command}`, DIALOG_LINE_CHARS));
  return fitted(numbered, (rest) => `and ${rest} more, see the card and its thread`);
}

/** The riskiest first, each with its own number and risk; of what has no room how much of which risk there is. */
function listedByRisk(change: Change): string {
  const steps = riskiestFirst(change);
  const [only] = steps;
  if (only !== undefined && steps.length === 1)
    return cutMiddle(oneLine(shownCommand(only)), SLACK_LIMITS.confirmText);
  const riskiest = riskiestSteps(change);
  const lines = steps.map((step) => {
    const line = `Step ${step.step}, ${riskOfStep(change, step)}: ${oneLine(shownCommand(step))}`;
    return cutMiddle(line, riskiest.includes(step) ? RISKIEST_LINE_CHARS : DIALOG_LINE_CHARS);
  });
  return fitted(lines, (rest) => {
    const risks = steps.slice(-rest).map((step) => riskOfStep(change, step));
    const counts = (["high", "medium", "low"] as const).flatMap((risk) => {
      const number = risks.filter((one) => one === risk).length;
      return number === 0 ? [] : [`${number} ${risk}`];
    });
    return `and ${rest} more (${counts.join(", ")}): see the card`;
  });
}

function fitted(all: readonly string[], moreOf: (rest: number) => string): string {
  const lines: string[] = [];
  for (const line of all) {
    if ([...lines, line].join("\n").length > SLACK_LIMITS.confirmText - DIALOG_REST_CHARS) break;
    lines.push(line);
  }
  const rest = all.length - lines.length;
  return [...lines, ...(rest === 0 ? [] : [moreOf(rest)])].join("\n");
}

function many(number: number, word: string): string {
  return number === 1 ? `1 ${word}` : `${number} ${word}s`;
}
