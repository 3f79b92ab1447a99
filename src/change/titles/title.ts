import type { Change } from "#change/change.ts";
import type { Step } from "#change/plan.ts";
import type { Preview, PreviewRow } from "#change/preview.ts";
import { riskiestSteps } from "./step-risks.ts";
import { isReading, stepWords } from "./step-words.ts";

type Planned = Pick<Change, "plan" | "stepRisks" | "previews">;

/**
 * What a change does, for headlines, notifications and lists: computed from the commands of its current revision and from
 * what was seen before them ("Scale payment-api 3 → 5"). Of several steps the riskiest that changes something, of equal ones
 * the one that takes something away, with how many change something beside it. While there is no plan null.
 */
export function titleOf(change: Planned): string | null {
  const steps = change.plan?.plan ?? [];
  const riskiest = riskiestSteps(change);
  const first =
    riskiest.find((step) => takesAway(change, step)) ??
    riskiest.find((step) => !isReading(step)) ??
    riskiest[0];
  if (first === undefined) return null;
  const preview = change.previews.find(({ step }) => step === first.step);
  const words = (preview === undefined ? null : seenWords(first, preview)) ?? stepWords(first);
  const isRead = isReading(first);
  const rest = steps.filter((step) => step !== first && isReading(step) === isRead).length;
  if (rest === 0) return words;
  return `${words} + ${rest} more ${rest === 1 ? "step" : "steps"}`;
}

const TAKES_AWAY: ReadonlySet<PreviewRow["action"]> = new Set(["destroy", "replace", "forget"]);

/** "Scale web + 1 more step" hid from a reader that the other step deletes it. */
function takesAway({ previews }: Planned, step: Step): boolean {
  if (isReading(step)) return false;
  const rows = previews.find((preview) => preview.step === step.step)?.rows ?? [];
  return rows.some(({ action }) => TAKES_AWAY.has(action)) || /^(?:Delete|Destroy)\b/.test(stepWords(step));
}

/**
 * Whether the title says all that a plan changes: it scales one thing and changes nothing else, and the look shows the count
 * before and after. An image says less than its title: pods start anew.
 */
export function titleTellsAll(change: Planned): boolean {
  const [first, ...others] = (change.plan?.plan ?? []).filter((step) => !isReading(step));
  if (first === undefined || others.length > 0) return false;
  const preview = change.previews.find(({ step }) => step === first.step);
  const elsewhere = change.previews.some(({ step, rows }) => step !== first.step && rows.length > 0);
  if (preview === undefined || elsewhere) return false;
  const words = seenWords(first, preview);
  return words?.startsWith("Scale ") === true && words === titleOf(change);
}

/** With the values before and after, where the look shows exactly the one field that the command names; else null. */
function seenWords(step: Step, { rows, omitted }: Preview): string | null {
  if (omitted > 0) return null;
  if (step.tool === "terraform") return step.args[0] === "apply" ? terraformWords(step, rows) : null;
  const [row, ...others] = rows;
  if (row === undefined || others.length > 0 || row.before === null || row.after === null) return null;
  const words = stepWords(step);
  const [, scaled] = /^Scale (\S+) to \S+$/u.exec(words) ?? [];
  if (scaled !== undefined && row.target.endsWith(`/${scaled} spec.replicas`))
    return `Scale ${scaled} ${row.before} → ${row.after}`;
  const [, named] = /^Set (\S+) to image \S+$/u.exec(words) ?? [];
  const [object = ""] = row.target.split(" ");
  const isImage = named !== undefined && object.endsWith(`/${named}`) && row.target.endsWith(".image");
  return isImage ? `Set ${named} image ${imagesOf(row.before, row.after)}` : null;
}

/** Of the same image only the tags differ, and those are what people compare. */
function imagesOf(before: string, after: string): string {
  const [old, fresh] = [partsOf(before), partsOf(after)];
  return old.name === fresh.name && old.tag !== "" && fresh.tag !== ""
    ? `${old.tag} → ${fresh.tag}`
    : `${before} → ${after}`;
}

function partsOf(image: string): { name: string; tag: string } {
  const [, name = image, tag = ""] = /^([^@]*):([^:/@]+)$/u.exec(image) ?? [];
  return { name, tag };
}

const TERRAFORM: readonly [action: PreviewRow["action"], word: string][] = [
  ["destroy", "destroy"],
  ["replace", "replace"],
  ["forget", "forget"],
  ["update", "change"],
  ["create", "create"],
  ["import", "import"],
];

/** "Apply network: replace 1, change 2". What is made or replaced has rows of its values too. */
function terraformWords({ dir }: Step, rows: readonly PreviewRow[]): string | null {
  const resourceOf = ({ target }: PreviewRow) => target.split(" ")[0] ?? target;
  const worse = new Set(rows.filter(({ action }) => action !== "update").map(resourceOf));
  const counts = TERRAFORM.flatMap(([action, word]) => {
    const named = new Set(rows.filter((row) => row.action === action).map(resourceOf));
    const count = action === "update" ? [...named].filter((one) => !worse.has(one)).length : named.size;
    return count === 0 ? [] : [`${word} ${count}`];
  });
  return counts.length === 0
    ? null
    : `Apply ${dir === "" ? "the terraform root" : dir}: ${counts.join(", ")}`;
}
