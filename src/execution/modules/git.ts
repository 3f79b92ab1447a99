import { join } from "node:path";
import type { Captured } from "#execution/process/capture.ts";
import { isCommit, type Package } from "#policy/terraform/module-source.ts";

/** Runs git in a directory, in this environment and no other. */
export type RunGit = (
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
) => Promise<Captured>;
type Git = Extract<Package, { kind: "git" }>;
type Fetched = { ok: true; directory: string; commit: string } | { ok: false; reason: string };

/** What git takes of the environment that commands get. */
const GIVEN = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"];
const PROXIES = /^(https?_proxy|no_proxy)$/i;
const QUOTED_CHARS = 400;

/** Everything that would run a program, ask somebody or go elsewhere, off. */
const SETTINGS = [
  "protocol.allow=never",
  "protocol.https.allow=always",
  "http.followRedirects=false",
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.protectHFS=true",
  "core.protectNTFS=true",
  "credential.helper=",
  "submodule.recurse=false",
  "fetch.recurseSubmodules=false",
  "gc.auto=0",
  "maintenance.auto=false",
];

/**
 * Checks a commit out into a new directory below `into`. A tag is looked up first; a branch is none. Submodules are not
 * fetched, filters and hooks do not run, and no settings of this machine count.
 */
export async function fetchGit(
  run: RunGit,
  { url, host, ref }: Git,
  into: string,
  given: Readonly<Record<string, string>>,
): Promise<Fetched> {
  const env = environmentOf(given);
  const directory = join(into, "repository");
  const git = (...args: string[]) =>
    run([...SETTINGS.flatMap((setting) => ["-c", setting]), ...args], into, env);
  const begun = await git("init", "--quiet", "--template=", "--initial-branch=none", directory);
  if (begun.exitCode !== 0) return no(`git cannot begin: ${said(begun)}`);
  const wanted = isCommit(ref) ? ref : `refs/tags/${ref}`;
  const options = ["--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--no-write-commit-graph"];
  const fetched = await git("-C", directory, "fetch", ...options, "--", url, wanted);
  if (fetched.exitCode !== 0) return no(whyNotFetched(fetched, host, ref));
  const found = await git("-C", directory, "rev-parse", "--verify", "--quiet", "FETCH_HEAD^{commit}");
  const commit = found.stdout.trim();
  if (found.exitCode !== 0 || !isCommit(commit)) return no(`${ref} is no commit`);
  if (isCommit(ref) && commit !== ref) return no(`${host} answered with another commit than ${ref}`);
  const out = await git(
    "-C",
    directory,
    "checkout",
    "--quiet",
    "--detach",
    "--no-recurse-submodules",
    commit,
    "--",
  );
  return out.exitCode === 0 ? { ok: true, directory, commit } : no(`it cannot be checked out: ${said(out)}`);
}

function environmentOf(given: Readonly<Record<string, string>>): Record<string, string> {
  const names = Object.keys(given).filter((name) => GIVEN.includes(name) || PROXIES.test(name));
  const certificates = given["SSL_CERT_FILE"];
  return {
    ...Object.fromEntries(names.map((name) => [name, given[name] ?? ""])),
    ...(certificates === undefined || certificates === "" ? {} : { GIT_SSL_CAINFO: certificates }),
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_ALLOW_PROTOCOL: "https",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "",
    SSH_ASKPASS: "",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_LFS_SKIP_SMUDGE: "1",
  };
}

function whyNotFetched(found: Captured, host: string, ref: string): string {
  if (/couldn't find remote ref/i.test(found.stderr)) {
    return `${host} has no tag ${ref}. A branch pins nothing: write a tag, or the 40 characters of a commit`;
  }
  return `${host} does not give it: ${said(found)}`;
}

function said(found: Captured): string {
  return found.problem ?? `git says: ${found.stderr.trim().slice(-QUOTED_CHARS)}`;
}

function no(reason: string): { ok: false; reason: string } {
  return { ok: false, reason };
}
