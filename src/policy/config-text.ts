import { type Finding, refused } from "./finding.ts";

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
