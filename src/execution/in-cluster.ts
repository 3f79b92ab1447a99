import { EnvironmentError } from "./environment-error.ts";

/** Where Kubernetes puts a pod's service account. */
export const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
const NAME = "in-cluster";

/**
 * A kubeconfig with one context, `in-cluster`: the service account of the pod the bot runs in. It is the current context
 * only where there is no other kubeconfig, so that no command reaches this cluster without naming it. Throws one
 * sentence for people outside a pod.
 */
export function inClusterConfig(
  inherited: Readonly<Record<string, string | undefined>>,
  isOnly: boolean,
): string {
  const host = inherited["KUBERNETES_SERVICE_HOST"];
  const port = inherited["KUBERNETES_SERVICE_PORT"];
  if (host === undefined || port === undefined) {
    throw new EnvironmentError(
      "The policy gives this environment in_cluster, but Greenlight does not run in a Kubernetes pod: KUBERNETES_SERVICE_HOST is not set. Run it there, or name a kubeconfig with KUBECONFIG.",
    );
  }
  const server = `https://${host.includes(":") ? `[${host}]` : host}:${port}`;
  // JSON is YAML.
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: NAME, cluster: { server, "certificate-authority": `${ACCOUNT}/ca.crt` } }],
    users: [{ name: NAME, user: { tokenFile: `${ACCOUNT}/token` } }],
    contexts: [{ name: NAME, context: { cluster: NAME, user: NAME } }],
    ...(isOnly ? { "current-context": NAME } : {}),
  });
}
