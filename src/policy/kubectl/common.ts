import { listedContexts, type Policy } from "#policy/document.ts";
import { type Finding, high, refused } from "#policy/finding.ts";
import { flagOf, type KubectlLine } from "./line.ts";

/** Switches that turn a command into one that does not end, waits for a person, or prints what it should not. */
const NEVER_ON: Readonly<Record<string, string>> = {
  "--watch": "it watches without an end",
  "--watch-only": "it watches without an end",
  "--follow": "it follows a log without an end",
  "--stdin": "it is interactive",
  "--tty": "it is interactive",
  "--attach": "it is interactive",
  "--leave-stdin-open": "it is interactive",
  "--interactive": "it is interactive",
  "--edit": "it opens an editor",
  "--rm": "it waits for a session to end",
  "--raw": "it prints tokens and keys",
  "--flatten": "it prints tokens and keys",
  "--resolve": "it prints what secrets hold",
};

/** Switches after which a person has to look, whatever the verb. */
const HIGH_ON: Readonly<Record<string, string>> = {
  "--force": "it forces",
  "--force-conflicts": "it takes fields from whoever else manages them",
  "--prune": "it deletes what the manifests no longer hold",
  "--privileged": "it asks for a privileged container",
};

/** Numbers kubectl would read in Go's spelling too (`0x0`, `+0`, `0_0` are zero there); only plain ones pass. */
const NUMBERS = [
  "--revision",
  "--to-revision",
  "--limit-bytes",
  "--max-log-requests",
  "--chunk-size",
  "--concurrency",
];

/** The longest a command may be told to wait. */
const MAX_WAIT_SECONDS = 3_600;

/** What flags that many verbs share say of a command: its context, waits, numbers and switches. */
export function judgeFlags(line: KubectlLine, policy: Policy): Finding[] {
  const findings: Finding[] = [];
  for (const [name, values] of line.flags) {
    const on = values[0] === "true";
    const never = NEVER_ON[name];
    if (never !== undefined && on) findings.push(refused(`${name}: ${never}`));
    const careful = HIGH_ON[name];
    // A diff with these still only compares.
    if (careful !== undefined && on && line.verb !== "diff") findings.push(high(`${name}: ${careful}`));
  }
  const { context, namespace } = line;
  if (context !== null && context !== policy.onlyContext && !listedContexts(policy).has(context)) {
    findings.push(refused(`the context "${context}" is not named in the policy`));
  }
  if (namespace !== null && !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace)) {
    findings.push(refused(`"${namespace}" is not a namespace`));
  }
  const subresource = flagOf(line, "--subresource");
  // kubectl asks the server for whatever stands here: `proxy`, `exec` and `token` too (measured).
  if (subresource !== null && line.verb !== "auth can-i" && !/^(status|scale|resize)$/.test(subresource)) {
    findings.push(refused(`--subresource is status, scale or resize, not "${subresource}"`));
  }
  return [...findings, ...judgeValues(line)];
}

function judgeValues(line: KubectlLine): Finding[] {
  const findings: Finding[] = [];
  for (const name of ["--timeout", "--request-timeout", "--pod-running-timeout"]) {
    const value = flagOf(line, name);
    if (value !== null && !isSaneWait(value)) {
      findings.push(refused(`${name} must be between 0s and 1h, such as 60s or 5m, not "${value}"`));
    }
  }
  for (const name of NUMBERS) {
    const value = flagOf(line, name);
    if (value !== null && !/^(0|[1-9][0-9]{0,9})$/.test(value)) {
      findings.push(refused(`${name} must be a plain number, not "${value}"`));
    }
  }
  const verbosity = flagOf(line, "--v");
  if (verbosity !== null && !/^[0-5]$/.test(verbosity)) {
    findings.push(refused("-v may be 0 to 5: from 6 on it prints addresses, headers and what secrets hold"));
  }
  return findings;
}

/** Go's duration in plain spelling, or 0, and at most an hour. A negative one waits a week in `wait` (measured). */
function isSaneWait(value: string): boolean {
  if (value === "0") return true;
  if (!/^([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?([0-9]{1,6}ms)?$/.test(value) || value === "")
    return false;
  const units: Readonly<Record<string, number>> = { h: 3_600, m: 60, s: 1, ms: 0.001 };
  let seconds = 0;
  for (const [, amount = "", unit = ""] of value.matchAll(/([0-9]+)(ms|[hms])/g)) {
    seconds += Number(amount) * (units[unit] ?? Number.POSITIVE_INFINITY);
  }
  return seconds <= MAX_WAIT_SECONDS;
}
