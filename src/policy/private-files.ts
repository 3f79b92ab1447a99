import type { Files } from "./files.ts";

/** Directories whose content is for their program alone. */
const DIRECTORIES =
  /^(\.git|\.terraform|\.terraform\.d|\.kube|\.ssh|\.aws|\.azure|\.gnupg|\.docker|\.vault)$/i;

/** Files that hold values, keys, logins or states by what they are called. */
const NAMES = [
  /^\.env/i,
  /\.tfvars(\.json)?$/i,
  /\.tfstate(\.|$)/i,
  /\.tfplan$/i,
  /\.(pem|key|p12|pfx|p8|jks|keystore|ppk|kdbx|kubeconfig)$/i,
  /^id_(rsa|dsa|ecdsa|ed25519)(_sk)?$/i,
  /^([\w.-]*[-_.])?kubeconfig([-_.][\w.-]*)?$/i,
  /^\.(netrc|pgpass|my\.cnf|npmrc|pypirc|dockercfg|git-credentials|htpasswd|vault-token|terraformrc)$/i,
  /^(credentials\.tfrc\.json|terraform\.rc)$/i,
];

/** A kubeconfig, whatever it is called: YAML or JSON. */
const KUBECONFIG = [/^[\s{,]*"?kind"?:\s*"?Config\b/m, /^[\s{,]*"?(users|current-context)"?:/m];

/**
 * Whether a path is of a kind that holds values, keys, logins or states, by its name or that of a directory above it:
 * kubectl prints and stores whatever file it is told to, so none of them is laid out for a kubectl command. `text`: a kubeconfig may be called anything.
 */
export function isPrivate(path: string, text = ""): boolean {
  const parts = path.split("/");
  const name = parts.at(-1) ?? "";
  if (parts.some((part) => DIRECTORIES.test(part)) || NAMES.some((kind) => kind.test(name))) return true;
  return KUBECONFIG.every((mark) => mark.test(text));
}

/** Why a kubectl command must not name a path, in words; null when it may. A link counts as what it leads to. */
export function whyPrivate(path: string, files: Files): string | null {
  const real = files?.linked?.get(path) ?? path;
  if (!isPrivate(path, files?.get(path)) && !isPrivate(real)) return null;
  const shown = real === path ? `"${path}"` : `"${path}" (${real})`;
  return `${shown} is of a kind that holds values, keys, logins or states, and no kubectl command gets one. Put what is no secret into a file of another name`;
}
