/** Verbs that are never run, and why; what stands in neither list is refused as unknown. */
export const REFUSED_VERBS: Readonly<Record<string, string>> = {
  alpha: "its commands may change at any time",
  "apply edit-last-applied": "it opens an editor",
  attach: "it opens a session in a container",
  "cluster-info dump": "it prints the whole cluster, logs and all",
  completion: "it is for a person's shell",
  "config delete-cluster": "it changes where commands run",
  "config delete-context": "it changes where commands run",
  "config delete-user": "it changes as whom commands run",
  "config rename-context": "it changes where commands run",
  "config set": "it changes where or as whom commands run",
  "config set-cluster": "it changes where commands run",
  "config set-context": "it changes where commands run",
  "config set-credentials": "it changes as whom commands run",
  "config unset": "it changes where or as whom commands run",
  "config use": "it changes where commands run",
  "config use-context": "it changes where commands run",
  cp: "it copies files out of, or into, a container",
  "create token": "it prints a token",
  debug: "it puts a container of its own into a pod or a node",
  edit: "it opens an editor",
  exec: "it runs a program in a container",
  help: "it is for a person's terminal",
  options: "it is for a person's terminal",
  plugin: "plugins are programs of their own",
  "port-forward": "it runs without an end and opens a way into the cluster",
  proxy: "it runs without an end and opens a way into the cluster",
};

/** Flags that are never taken, and why; what stands in no list is refused as unknown. */
export const REFUSED_FLAGS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["kubeconfig", "server", "cluster", "tls-server-name", "cache-dir"].map((name) => [
      name,
      "it changes where the command runs",
    ]),
  ),
  ...Object.fromEntries(
    ["user", "token", "username", "password", "as", "as-group", "as-uid", "as-user-extra"].map((name) => [
      name,
      "it changes as whom the command runs",
    ]),
  ),
  ...Object.fromEntries(
    [
      "client-certificate",
      "client-key",
      "certificate-authority",
      "insecure-skip-tls-verify",
      "insecure-skip-tls-verify-backend",
    ].map((name) => [name, "it changes whom the command trusts"]),
  ),
  ...Object.fromEntries(
    ["profile", "profile-output", "output-directory", "output-patch"].map((name) => [
      name,
      "it writes files",
    ]),
  ),
  ...Object.fromEntries(
    ["vmodule", "log-flush-frequency"].map((name) => [name, "it says more in the log than -v may"]),
  ),
  raw: "it asks the server for any address at all",
  h: "it prints help for a person's terminal",
  help: "it prints help for a person's terminal",
};
