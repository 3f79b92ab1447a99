import type { Policy } from "#policy/document.ts";
import { type Files, filesIn } from "#policy/files.ts";
import { type Finding, high, refused } from "#policy/finding.ts";
import { fromRoot } from "#policy/paths.ts";
import type { KubectlLine } from "./line.ts";
import type { Check } from "./subject.ts";

/**
 * `kubectl create configmap` and `create secret`: whoever may read the object reads the files it is made from, and a dry
 * run's answer is the files themselves. So what lies in no directory that holds configuration by the policy's word is for
 * a person to see, and a key or a state is none, whatever it is called.
 */
export const checkFromFiles: Check = ({ line, dir, files, policy }) => {
  const findings: Finding[] = [];
  for (const path of pathsOf(line, "--from-file")) {
    findings.push(...judgePlace(path, dir, policy));
    // A Secret is where a key belongs, and what one holds is never printed.
    const isForMap = line.verb === "create configmap";
    for (const text of isForMap ? textsOf(path, dir, files) : [])
      findings.push(...judgeConfigText(path, text));
  }
  for (const path of pathsOf(line, "--from-env-file")) {
    findings.push(...judgePlace(path, dir, policy));
    for (const text of textsOf(path, dir, files)) findings.push(...judgeVariablesFile(path, text));
  }
  return { findings };
};

/** `key=path`, several after commas. */
function pathsOf(line: KubectlLine, flag: string): string[] {
  return (line.flags.get(flag) ?? [])
    .flatMap((value) => value.split(","))
    .map((path) => (flag === "--from-file" ? path.slice(path.indexOf("=") + 1) : path));
}

function judgePlace(path: string, dir: string, policy: Policy): Finding[] {
  const place = fromRoot(dir, path);
  // A path that leads out of the workspace is refused where it is read.
  if (place === null) return [];
  const isConfig = policy.config_directories.some((known) => {
    const root = fromRoot("", known);
    return root === "" || place === root || place.startsWith(`${root}/`);
  });
  return isConfig
    ? []
    : [
        high(
          `it stores "${path}", which lies in none of the policy's config_directories, where whoever reads the object can read it`,
        ),
      ];
}

/** The texts a path stands for: of a directory those of all files that lie in it. */
function textsOf(path: string, dir: string, files: Files): string[] {
  const place = fromRoot(dir, path);
  if (files === null || place === null) return [];
  const paths = files.has(place) ? [place] : filesIn(files, place, "folder");
  return paths.flatMap((one) => files.get(one) ?? []);
}

/** A refusal of what is a key, a login or a state by what it holds. */
export function judgeConfigText(path: string, text: string): Finding[] {
  const isKey = /-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-----/.test(text);
  const isState = /"terraform_version"\s*:/.test(text) && /"lineage"\s*:/.test(text);
  const isKubeconfig = /^\s*kind:\s*Config\s*$/m.test(text) && /^\s*users:/m.test(text);
  const isLogin =
    isKubeconfig || /"auths"\s*:\s*\{/.test(text) || /^\s*aws_secret_access_key\s*=/im.test(text);
  if (!isKey && !isState && !isLogin) return [];
  return [refused(`"${path}" holds a private key, a login or a state, which is no configuration`)];
}

/**
 * A refusal of what is no file of variables: kubectl and kustomize print the first line they cannot read, and take the
 * value of a name that stands alone from the environment they run in.
 */
export function judgeVariablesFile(path: string, text: string): Finding[] {
  const odd = text
    .split(/\r?\n/)
    .findIndex((line) => !/^\s*(#.*)?$/.test(line) && !/^\s*[A-Za-z_.-][\w.-]*=/.test(line));
  return odd < 0
    ? judgeConfigText(path, text)
    : [refused(`line ${odd + 1} of "${path}" is not NAME=VALUE, so it is no file of variables`)];
}
