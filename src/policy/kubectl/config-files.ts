import { judgeConfigText, judgeVariablesFile } from "#policy/config-text.ts";
import type { Policy } from "#policy/document.ts";
import { type Files, filesIn } from "#policy/files.ts";
import { type Finding, high } from "#policy/finding.ts";
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
