import { freezeAt } from "#change/approval.ts";
import { answersOf, type Change, type Decision } from "#change/change.ts";
import { type Decide, type Decided, MIN_BREAK_GLASS_REASON } from "#change/changes.ts";
import { saysWhy, takesReason, whoHadASay } from "#change/say.ts";
import { whyNotBreakGlass, whyNotDecide, whyNotOwnWords, whyNotSpeak } from "#policy/approvals/approvers.ts";
import { findTerms, type TermsDeps } from "./terms.ts";

/** What is shown of a digest, and the least that names it in an answer. */
const SHORT_DIGEST_CHARS = 12;

/** The open question that is meant, or why there is nothing to decide for this person now. */
export function findOpenQuestion(deps: TermsDeps, change: Change, given: Decide): Decision | Decided {
  const refusal = whyNotThisPerson(deps, change, given);
  if (refusal !== null) return refusal;
  const question = questionOf(change, given);
  if (question === undefined) {
    return {
      kind: "stale",
      change,
      reason: "This is not the question that is open: the plan has changed since, or none is.",
    };
  }
  if (question.answer === "request_changes")
    return { kind: "stale", change, reason: superseded(change, question) };
  if (question.answer !== null) return { kind: "already", change, decision: question };
  const isYes = given.answer === "approve";
  const never = isYes ? (whyOwnWords(deps, change, given) ?? whyNotNow(deps, change, given)) : null;
  if (never !== null) return refuse(never);
  if (takesReason(change, given) && !saysWhy(given.reason))
    return { kind: "refused", reason: isYes ? YES_TAKES_REASON : NO_TAKES_REASON, lacks: "reason" };
  const late = isYes ? whyNotTyped(deps, change, given) : null;
  return late === null ? question : refuse(late);
}

/** Of a button that an earlier version posted the click alone arrives, so it says where there is a field for it. */
const YES_TAKES_REASON =
  "It is high risk, so an approval takes a reason. In Slack press Details, and approve it there; by API send it as `reason`.";
const NO_TAKES_REASON =
  "A rejection takes a reason, for whoever asked. In Slack press Reject and write it; by API send it as `reason`.";

function superseded({ revision }: Change, { revision: old }: Decision): string {
  return `Revision ${old} of the plan is superseded by revision ${Math.max(revision, old + 1)}: changes were asked for.`;
}

function whyNotThisPerson(deps: TermsDeps, change: Change, given: Decide): Decided | null {
  if (!answersOf[given.gate].includes(given.answer))
    return refuse(`The answer ${given.answer} is none of ${answersOf[given.gate].join(", ")}.`);
  const terms = findTerms(deps, change);
  const teamId = change.home?.teamId ?? null;
  if (given.breaksGlass === true) {
    const why = whyNotBreakGlass(given.by, teamId, terms.breakGlass) ?? whyNoReason(given);
    return why === null ? null : refuse(why);
  }
  const may = plansNext(given.answer) ? whyNotSpeak : whyNotDecide;
  const why = may(given.by, { requester: change.requester, teamId }, terms, given.groups ?? []);
  if (why === null) return null;
  const problem = terms.problem === null || plansNext(given.answer) ? "" : ` As it is, ${terms.problem}`;
  return { kind: "refused", reason: `${why}${problem}`, terms };
}

function whyNoReason(given: Decide): string | null {
  if (given.answer !== "approve") return "Breaking the glass approves; it does nothing else.";
  const typed = given.reason?.trim() ?? "";
  return typed.length >= MIN_BREAK_GLASS_REASON
    ? null
    : `Breaking the glass takes a reason of at least ${MIN_BREAK_GLASS_REASON} characters.`;
}

function whyOwnWords(deps: TermsDeps, change: Change, given: Decide): string | null {
  if (given.breaksGlass === true) return null;
  return whyNotOwnWords(given.by, whoHadASay(change.decisions), findTerms(deps, change));
}

function whyNotNow(deps: TermsDeps, change: Change, given: Decide): string | null {
  if (given.breaksGlass === true) return null;
  const freeze = freezeAt(findTerms(deps, change).freezes, deps.now());
  if (freeze === null) return null;
  const where = freeze.environments.length === 0 ? "everywhere" : `for ${freeze.environments.join(", ")}`;
  return `Nothing is approved ${where} until ${inUtc(freeze.until)}: ${freeze.reason}`;
}

/** Whoever destroys something says what: a click alone is too light for it, also when the glass is broken. */
function whyNotTyped(deps: TermsDeps, change: Change, { target = null }: Decide): string | null {
  const { typedTarget, destroys } = findTerms(deps, change);
  if (typedTarget === null || target?.trim() === typedTarget) return null;
  const why = `This deletes, destroys or replaces what is there, so an approval takes the name of ${whichOf(destroys)}, typed exactly: ${typedTarget}.`;
  return target === null ? why : `${why} What was typed is another name.`;
}

function whichOf({ length }: readonly unknown[]): string {
  return length === 1 ? "its target" : `what reaches farthest of the ${length} things it takes away`;
}

/** The question an answer names, open or not. */
export function questionOf(change: Change, given: Decide): Decision | undefined {
  return change.decisions.find(
    (decision) =>
      decision.gate === given.gate &&
      decision.revision === given.revision &&
      decision.round === given.round &&
      given.digest.length >= SHORT_DIGEST_CHARS &&
      decision.digest.startsWith(given.digest),
  );
}

/** A no, with its sentence. */
export function refuse(reason: string): Decided {
  return { kind: "refused", reason };
}

/** Whether the Planner comes next: what was said is for it. */
export function plansNext(answer: Decide["answer"]): boolean {
  return answer === "request_changes" || answer === "answered";
}

/** A moment for a sentence. */
export function inUtc(date: Date | null): string {
  return date === null ? "" : `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
