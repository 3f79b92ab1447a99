import type { types } from "@slack/bolt";
import type { Checked } from "#change/listed.ts";
import { termsLines } from "#slack/cards/approval-lines.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import {
  bold,
  bullets,
  code,
  codeBox,
  headline,
  type Part,
  paragraph,
  type Rendered,
  rich,
  said,
  smallPrint,
} from "#slack/text/blocks.ts";
import { sayPieces } from "#slack/text/say.ts";
import { cutMiddle, inert, oneLine, visible } from "#slack/text/text.ts";
import type { WordAsked } from "./word.ts";

const LINE_CHARS = 1_000;
const REASON_CHARS = 300;
const REASONS = 6;

/** Says what the policy makes of a command line. Nothing is looked at and nothing runs. */
export async function answerCheck(
  { changes }: SlackDeps,
  { command, rest, viewer }: WordAsked,
): Promise<Rendered> {
  // People paste a command as Slack showed it to them, in backticks.
  const line = rest.replace(/^`+|`+$/gu, "").trim();
  if (line === "")
    return sayPieces([
      code(`${command} check`),
      said(" takes a command line: "),
      code(`${command} check kubectl rollout restart deployment/web -n staging`),
    ]);
  return render(await changes.check(viewer, line));
}

function render(checked: Checked): Rendered {
  const title = titleOf(checked);
  const shown = cutMiddle(visible(checked.line), LINE_CHARS);
  const blocks: types.KnownBlock[] = [
    headline(title),
    rich(codeBox(shown), ...reasons(checked), ...asking(checked)),
    ...(checked.decision === "allow" && checked.terms.asksPerson
      ? [smallPrint(...termsLines(checked.terms))]
      : []),
    smallPrint(
      "The line alone is judged. In a change its files, what it would change and the model's view can only raise the risk. Nothing was run.",
    ),
  ];
  return { text: `${title}: ${inert(cutMiddle(oneLine(checked.line), 200))}`, blocks };
}

function titleOf(checked: Checked): string {
  if (checked.decision === "deny") return "⛔ The policy refuses this";
  return `${checked.terms.asksPerson ? "🟠" : "🟢"} The policy allows this · ${checked.risk} risk`;
}

function reasons({ reasons: why }: Checked): Part[] {
  if (why.length === 0) return [];
  const lines = why.slice(0, REASONS).map((reason) => [said(cutMiddle(oneLine(reason), REASON_CHARS))]);
  const left = why.length - lines.length;
  return [bullets(left > 0 ? [...lines, [said(`and ${left} more`)]] : lines)];
}

function asking(checked: Checked): Part[] {
  if (checked.decision === "deny") return [];
  const { environment, terms, mayNotAsk, risk } = checked;
  const where =
    environment === null ? "in an environment that the policy does not name" : `in ${environment}`;
  const who = terms.asksPerson ? "a person is asked" : "nobody is asked";
  const problem =
    terms.asksPerson && terms.problem !== null ? [paragraph(bold("As it is, "), said(terms.problem))] : [];
  const own = mayNotAsk === null ? [] : [paragraph(said(mayNotAsk))];
  return [
    paragraph(said(`At ${risk} risk ${where}, `), bold(who), said(" before it runs.")),
    ...problem,
    ...own,
  ];
}
