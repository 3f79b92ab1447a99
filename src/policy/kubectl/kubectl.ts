import type { Command, Risk } from "#change/plan.ts";
import { maxRisk } from "#change/plan.ts";
import type { Shown } from "#change/preview.ts";
import type { Policy } from "#policy/document.ts";
import type { Files } from "#policy/files.ts";
import { type Finding, high, low, medium, refused } from "#policy/finding.ts";
import { kindOf } from "#policy/manifests/kinds.ts";
import { deny, type Verdict } from "#policy/verdict.ts";
import { judgeFlags } from "./common.ts";
import { environmentsOf, type TouchedEnvironments } from "./environments.ts";
import { type Inputs, readInputs } from "./inputs.ts";
import { flagOf, type KubectlLine, readKubectl } from "./line.ts";
import { loweredBy } from "./lowered.ts";
import { judgeOutput, readOutput } from "./output.ts";
import { RULES, type Rule } from "./rules.ts";
import type { Subject } from "./subject.ts";

/** Judges one kubectl command line. Whatever is not on the lists is refused. */
export function judgeKubectl(command: Command, policy: Policy, files: Files): Verdict {
  const read = readKubectl(command.args);
  if (!read.ok) return deny(read.reason);
  const { line } = read;
  const rule = Object.hasOwn(RULES, line.verb) ? RULES[line.verb] : undefined;
  if (rule === undefined) return deny(`kubectl ${line.verb} is not on the list of allowed commands`);
  const output = readOutput(line);
  if ("risk" in output) return deny(`kubectl ${line.verb}: ${output.reason}`);
  const inputs = readInputs(line, command.dir, files, policy);
  const kinds = kindsOf(line, inputs);
  const subject: Subject = { line, inputs, kinds, dir: command.dir, files, policy };
  const findings = [
    ...judgeFlags(line, policy),
    // `config view` has a list of its own.
    ...(line.verb === "config view"
      ? []
      : judgeOutput(output, kinds, inputs.unread && !isLocal(line), policy)),
    // What is only compared or built changes nothing, whatever it sets.
    ...inputs.findings.filter(({ risk }) => rule.risk !== "low" || risk === "refused"),
    ...judgeNeeds(rule, line),
    ...judgeRule(rule, subject),
  ];
  return conclude(line, rule, inputs, findings, policy);
}

function kindsOf(line: KubectlLine, inputs: Inputs): string[] {
  const targets = line.resources.map(({ kind }) => kind);
  return [
    ...new Set([...targets, ...inputs.objects.map(({ kind, known }) => known?.name ?? kind.toLowerCase())]),
  ];
}

function judgeNeeds(rule: Rule, line: KubectlLine): Finding[] {
  const hasFile = line.flags.has("--filename") || line.flags.has("--kustomize");
  if (rule.needs === "manifest" && !hasFile) return [refused("it names no manifest (-f or -k)")];
  if (rule.needs !== "target" || hasFile || line.resources.length > 0) return [];
  // `set … --local -f` and `label --all` name their kind too.
  return [refused("it names no target")];
}

function judgeRule(rule: Rule, subject: Subject): Finding[] {
  const { line, kinds } = subject;
  const checked = rule.check?.(subject) ?? { findings: [] };
  if (checked.instead === true) return checked.findings;
  const own: Finding = {
    risk: rule.risk,
    reason: rule.reason,
    ...(rule.unlessSeen === undefined ? {} : { unlessSeen: rule.unlessSeen(line) }),
  };
  const { targets } = rule;
  const strange = targets === undefined ? [] : kinds.filter((kind) => !isAmong(kind, targets, line.verb));
  return [
    own,
    ...strange.map((kind) => high(`${kind} are not on the list of kinds it may change without a person`)),
    ...judgeReach(rule, line),
    ...checked.findings,
  ];
}

/** A change of every object of a kind is one nobody counted. By a selector the preview counts; a blank one chooses nothing. */
function judgeReach(rule: Rule, line: KubectlLine): Finding[] {
  if (rule.risk === "low" || rule.targets === undefined) return [];
  const isChosen = ["--selector", "--field-selector"].some(
    (name) => (flagOf(line, name) ?? "").trim() !== "",
  );
  const all = line.resources.filter(({ name }) => name === null).map(({ kind }) => kind);
  if (flagOf(line, "--all") !== "true" && (isChosen || all.length === 0)) return [];
  return [
    high(
      `it is for all ${[...new Set(all)].join(" and ") || "objects"} there are: name those that are meant`,
    ),
  ];
}

/** Kinds beside workloads whose patches are read: a pod's as a pod template's. */
const PATCHED = new Set(["pods", "configmaps", "horizontalpodautoscalers", "cronjobs"]);

function isAmong(kind: string, targets: "workload" | "plain", verb: string): boolean {
  const nature = kindOf(kind)?.nature;
  // A daemon set has no number of replicas.
  if (kind === "daemonsets" && (verb === "scale" || verb === "autoscale")) return false;
  if (verb === "patch" && PATCHED.has(kind)) return true;
  return nature === "workload" || (targets === "plain" && nature === "plain");
}

function conclude(
  line: KubectlLine,
  rule: Rule,
  inputs: Inputs,
  findings: readonly Finding[],
  policy: Policy,
): Verdict {
  const head = `kubectl ${line.verb}: `;
  const no = findings.filter(({ risk }) => risk === "refused");
  if (no.length > 0) return { decision: "deny", reasons: no.map(({ reason }) => head + reason) };
  const onlyReads = findings.every(({ risk }) => risk === "low");
  const touched = environmentsOf(line, inputs.objects, onlyReads, policy);
  if (touched.contradiction !== null) return deny(head + touched.contradiction);
  const local = judgeLocal(line.verb, touched, policy);
  if (local.some(({ risk }) => risk === "refused")) {
    return {
      decision: "deny",
      reasons: local.filter(({ risk }) => risk === "refused").map(({ reason }) => reason),
    };
  }
  const idle = whyIdle(line, rule);
  const own = idle === null ? [...findings] : [low(idle)];
  if (touched.protectedNamespace !== null && idle === null) {
    own.push(high(`${touched.protectedNamespace} is a protected namespace`));
  }
  const lowered = rule.risk === "high" ? loweredBy(line, touched, policy) : null;
  // The verb's own risk and no other reason: what else makes the line high stays.
  const all = [...own, ...local].map((finding) =>
    lowered !== null && finding.reason === rule.reason ? medium(`${rule.reason}, ${lowered}`) : finding,
  );
  const risk = maxRisk(
    ...all.flatMap((finding): Risk[] => (finding.risk === "refused" ? [] : [finding.risk])),
  );
  return {
    decision: "allow",
    risk,
    reasons: reasonsFor(risk, all).map((reason) => head + reason),
    environment: touched.environment,
    ...(touched.beside.length > 0 ? { beside: touched.beside } : {}),
    reads: inputs.reads,
    ...mediumIf(all),
  };
}

/** What a look may answer: only where one thing alone makes it high. */
function mediumIf(findings: readonly Finding[]): { mediumIf?: readonly Shown[] } {
  const [only, another] = findings.filter(({ risk }) => risk === "high");
  const answers = another === undefined ? (only?.unlessSeen ?? []) : [];
  return answers.length === 0 ? {} : { mediumIf: answers };
}

/** Why a change changes nothing, or null when it does. */
function whyIdle(line: KubectlLine, rule: Rule): string | null {
  if (isLocal(line)) return "it only prints what a file would become, and asks no server";
  if (rule.risk === "low" || line.dryRun === "none") return null;
  // Its answer is the file: `create configmap x --from-file=prod.tfvars -o yaml` would post any file of the workspace.
  if (printsItsFiles(line)) return null;
  // It deletes first and creates again: whether that stays dry, we have not measured.
  if (line.verb === "replace" && flagOf(line, "--force") === "true") return null;
  return "a dry run, which changes nothing";
}

function printsItsFiles(line: KubectlLine): boolean {
  const isFromFile = line.flags.has("--from-file") || line.flags.has("--from-env-file");
  const isNamed = (flagOf(line, "--output") ?? "name") === "name" && !line.flags.has("--template");
  return isFromFile && !isNamed;
}

function isLocal(line: KubectlLine): boolean {
  return ["set image", "set resources"].includes(line.verb) && flagOf(line, "--local") === "true";
}

/** What the policy forbids or raises, everywhere and in every environment the command may touch. */
export function judgeLocal(verb: string, touched: TouchedEnvironments, policy: Policy): Finding[] {
  const findings: Finding[] = [];
  const scopes = [
    { where: "the policy", rules: policy },
    ...touched.touches.flatMap((name) => {
      const rules = policy.environments[name];
      return rules === undefined ? [] : [{ where: `the policy for ${name}`, rules }];
    }),
  ];
  const isMeant = (named: string) => `kubectl ${verb} `.startsWith(`${named} `);
  for (const { where, rules } of scopes) {
    for (const named of rules.deny.filter(isMeant)) findings.push(refused(`${where} refuses ${named}`));
    for (const [named, risk] of Object.entries(rules.raise)) {
      if (isMeant(named)) findings.push({ risk, reason: `${where} holds ${named} to be ${risk}` });
    }
  }
  return findings;
}

/** The reasons for this risk; what is below it stands back, unless it is all there is. */
function reasonsFor(risk: Risk, findings: readonly Finding[]): string[] {
  return [...new Set(findings.filter((finding) => finding.risk === risk).map(({ reason }) => reason))];
}
