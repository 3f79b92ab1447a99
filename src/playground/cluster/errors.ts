/** A failure in kubectl's own words, printed on stderr as it is; kubectl ends with 1 for nearly all of them. */
export class KubectlError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode = 1) {
    super(message);
    this.name = "KubectlError";
    this.exitCode = exitCode;
  }
}

/** A call reads files, and is answered by a process that reads none for its callers. */
export class NeedsFiles extends Error {
  override name = "NeedsFiles";
}

/** A wrong flag or value; kubectl points to the command's help. */
export function usageError(path: string, message: string): KubectlError {
  return new KubectlError(
    `error: ${message}\nSee 'kubectl ${path}${path === "" ? "" : " "}--help' for usage.`,
  );
}

/** What the API server says of an object that is not there; `resource` as in `deployments.apps`. */
export function notFound(resource: string, name: string): KubectlError {
  return new KubectlError(`Error from server (NotFound): ${resource} "${name}" not found`);
}

/** For what kubectl can do and the stand-in cannot. */
export function notInThePlayground(what: string): KubectlError {
  return new KubectlError(
    `error: the playground's kubectl does not do ${what}; it knows get, describe, logs, diff, apply, create, delete, replace, scale, autoscale, expose, set image, set env, set resources, set serviceaccount, set selector, rollout, patch, label, annotate, cordon, uncordon, taint, auth can-i, config, explain and version`,
  );
}
