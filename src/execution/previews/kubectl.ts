import { withFolded } from "#change/folded.ts";
import type { Step } from "#change/plan.ts";
import type { MadeRollback, Preview, PreviewRow } from "#change/preview.ts";
import { type StepStates, statesOf } from "#execution/objects/state.ts";
import { factsWith, madePart, rollbackWith } from "#execution/rollbacks/made-facts.ts";
import type { KubectlLine } from "#policy/kubectl/line.ts";
import type { Redact } from "#redact/redact.ts";
import { redactField } from "#redact/value.ts";
import { autoscalerFacts } from "./autoscalers.ts";
import { completeStep } from "./complete-step.ts";
import { createdRows } from "./created.ts";
import type { Look, NotSeen } from "./look.ts";
import { whyNotAllowed } from "./may.ts";
import { alreadySo, changesNothing } from "./nothing.ts";
import { type ClusterObject, nameOf, objectChanges, type RedactField, readField } from "./object-changes.ts";
import { ownerFacts } from "./owners.ts";
import { plannedFields } from "./planned-fields.ts";
import { evicted, nothingMatches, whatWasLookedFor } from "./reach.ts";
import { riskOf } from "./risk.ts";
import { dryRun, readCurrent } from "./see-step.ts";
import { shownBy } from "./shown.ts";

/** A step with what it would do and the objects around it (null: they cannot be seen yet), or why it cannot work; `isFinal`: no other plan would. */
export type PreviewedStep =
  | { ok: true; step: Step; preview: Preview; states: StepStates | null }
  | { ok: false; reason: string; isFinal?: true };

/** More rows than these are counted, not shown: nobody reads them on a card. */
const MAX_ROWS = 30;

/**
 * Looks at what one kubectl step would change: what is there now, and a dry run by the server. The step is completed
 * from what is there (completeStep). `isBeforeChange`: an earlier step may change what is seen; then a look that fails
 * raises the risk instead of ending the change.
 */
export async function previewKubectl(
  step: Step,
  line: KubectlLine,
  isBeforeChange: boolean,
  look: Look,
  redact: Redact,
  makeBack: MakeBack = () => null,
): Promise<PreviewedStep> {
  const seen = await seeStep(step, line, isBeforeChange, look, redact, makeBack);
  return seen.ok && seen.states === null ? withBack(seen, makeBack(seen.step, null)) : seen;
}

/** Makes the rollback of a step from what was seen around it (null: nothing could be seen yet). Null: it cannot be made. */
export type MakeBack = (step: Step, states: StepStates | null) => MadeRollback | null;

function withBack(seen: Extract<PreviewedStep, { ok: true }>, made: MadeRollback | null): PreviewedStep {
  if (made === null) return seen;
  const facts = factsWith(made, seen.preview.facts);
  const step = { ...seen.step, rollback: rollbackWith(made, null) };
  return { ...seen, step, preview: { ...seen.preview, facts, made } };
}

async function seeStep(
  step: Step,
  line: KubectlLine,
  isBeforeChange: boolean,
  look: Look,
  redact: Redact,
  makeBack: MakeBack,
): Promise<PreviewedStep> {
  const current = await readCurrent(line, step, look);
  if (!current.ok) return unseen(step, isBeforeChange, current, redact);
  const sought = whatWasLookedFor(line, current.objects);
  if (sought !== null) return unseen(step, isBeforeChange, nothingMatches(sought), redact);
  const forbidden = await whyNotAllowed(line, step, current.objects, look);
  if (forbidden !== null) return unseen(step, isBeforeChange, { ok: false, problem: forbidden }, redact);
  const completed = completeStep(step, line, current.objects, isBeforeChange);
  // After it: a model's guess at the current count would make the dry run fail.
  const dry = await dryRun(line, completed.step, look);
  if (!dry.ok) return unseen(step, isBeforeChange, dry, redact);
  const planned = await plannedFields(line, step, current.objects, look);
  const after = planned === null ? dry.objects : planned.objects;
  const rows = [
    ...rowsOf(line, current.objects, after, (name, value) => redactField(name, value, redact)),
    ...(line.verb === "drain" ? evicted(dry.printed ?? "") : []),
  ];
  const states = {
    objects: statesOf(line, { now: current.objects, dry: dry.objects, planned: planned?.objects ?? null }),
  };
  const made = makeBack(completed.step, states);
  const back = rollbackWith(made, completed.step.rollback);
  const shown = shownBy({ line, now: current.objects, after: dry.objects, back, isBeforeChange });
  const isNothing = !isBeforeChange && changesNothing(line, current.objects, after);
  const fresh = madeValues(current.objects, after, MAX_ROWS - rows.length, redact);
  const facts = [
    ...fresh.facts,
    ...current.objects.slice(0, 5).map(factOf),
    ...(isNothing ? [alreadySo(line)] : []),
    ...(planned?.facts ?? []),
    ...(isNothing ? [] : await keeperFacts(line, step, { now: current.objects, after }, look)),
    ...shown.facts,
    ...factsWith(made, completed.facts),
  ].map(redact);
  const risk = riskOf(line, current.objects, rows, back);
  const preview: Preview = {
    step: step.step,
    isBeforeChange,
    facts,
    rows: [...fresh.access, ...rows.slice(0, MAX_ROWS), ...fresh.rows].map((row) => redactRow(row, redact)),
    omitted: Math.max(0, rows.length - MAX_ROWS),
    ...risk,
    ...(shown.shows.length === 0 ? {} : { shows: shown.shows }),
    ...(isNothing ? { changesNothing: true } : {}),
    ...madePart(made),
  };
  const own = { ...completed.step, rollback: back };
  return { ok: true, step: own, preview, states: { ...states, risk: risk.risk } };
}

/** The values of what is made, as many as there is room for: they take no other row's place. */
function madeValues(
  now: readonly ClusterObject[],
  after: readonly ClusterObject[] | null,
  room: number,
  redact: Redact,
): { access: PreviewRow[]; rows: PreviewRow[]; facts: string[] } {
  const all = createdRows(now, after ?? [], (name, value) => redactField(name, value, redact));
  // Before all else, whatever the room: what opens something must not stand on a table's second page.
  const access = all.access.slice(0, MAX_ROWS);
  const rows = all.values.slice(0, Math.max(0, room - access.length));
  const left = all.access.length + all.values.length - access.length - rows.length;
  return { access, rows, facts: left === 0 ? [] : [`${left} more values of what is made are not shown`] };
}

/** Who may take a change back. */
async function keeperFacts(
  line: KubectlLine,
  step: Step,
  seen: { now: readonly ClusterObject[]; after: readonly ClusterObject[] | null },
  look: Look,
): Promise<string[]> {
  return [...(await autoscalerFacts(line, step, seen, look)), ...ownerFacts(seen.now)];
}

/** What the step changes of what is there, a field a row; `after` null: nobody says what will be there. */
export function rowsOf(
  line: KubectlLine,
  now: readonly ClusterObject[],
  after: readonly ClusterObject[] | null,
  redact: RedactField,
): PreviewRow[] {
  if (line.verb === "delete") {
    return now.map((object) => ({ target: nameOf(object), action: "destroy", before: null, after: null }));
  }
  if (line.verb === "rollout restart") {
    return now.map((object) => ({ target: nameOf(object), action: "restart", before: null, after: null }));
  }
  // What scale prints is the object as it was, also without a dry run (kubectl 1.32).
  if (line.verb === "scale") return now.flatMap((object) => replicaRow(object, line));
  return after === null ? [] : objectChanges(now, after, redact);
}

function replicaRow(object: ClusterObject, line: KubectlLine): PreviewRow[] {
  const before = readField(object["spec"], ["replicas"]);
  const [after] = line.flags.get("--replicas") ?? [];
  if (after === undefined || String(before) === after) return [];
  const row = { target: `${nameOf(object)} spec.replicas`, action: "update", after } as const;
  return [{ ...row, before: typeof before === "number" ? String(before) : null }];
}

/** "Deployment/payment-api runs 3 replicas of registry/app:1, revision 7". */
function factOf(object: ClusterObject): string {
  const { spec } = object;
  const replicas = readField(spec, ["replicas"]);
  const containers = readField(spec, ["template", "spec", "containers"]);
  const images = Array.isArray(containers) ? containers.map((one) => readField(one, ["image"])) : [];
  const revision = object.metadata.annotations?.["deployment.kubernetes.io/revision"];
  const parts = [
    ...(typeof replicas === "number" ? [`${replicas} ${replicas === 1 ? "replica" : "replicas"}`] : []),
    ...(images.length > 0 ? [`image ${images.join(", ")}`] : []),
    ...(revision === undefined ? [] : [`revision ${revision}`]),
  ];
  return parts.length === 0 ? `${nameOf(object)} is there` : `${nameOf(object)} now: ${parts.join(", ")}`;
}

/** Values of fields are redacted already, before they were cut. */
function redactRow(row: PreviewRow, redact: Redact): PreviewRow {
  return { ...row, target: redact(row.target) };
}

function unseen(
  step: Step,
  isBeforeChange: boolean,
  { problem, words = "", isAway }: NotSeen,
  redact: Redact,
): PreviewedStep {
  const why = redact(problem);
  if (!isBeforeChange) {
    const reason = withFolded(`Step ${step.step} cannot be previewed. ${why}.`, "kubectl", redact(words));
    return { ok: false, reason, ...(isAway === true ? { isFinal: true } : {}) };
  }
  const reason = `what it would change cannot be seen before the earlier steps have run (${why})`;
  return {
    ok: true,
    step,
    preview: {
      step: step.step,
      isBeforeChange,
      facts: [],
      rows: [],
      omitted: 0,
      risk: "high",
      reasons: [reason],
    },
    states: null,
  };
}
