import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const KUBECONFIG = JSON.stringify({
  apiVersion: "v1",
  kind: "Config",
  clusters: [{ name: "fake", cluster: { server: "https://fake.invalid" } }],
  contexts: [{ name: "fake", context: { cluster: "fake", user: "fake" } }],
  users: [{ name: "fake", user: {} }],
  "current-context": "fake",
});

const deployment = (replicas: number) =>
  JSON.stringify({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", annotations: { "deployment.kubernetes.io/revision": "3" } },
    spec: {
      replicas,
      template: { spec: { containers: [{ name: "web", image: "registry.example/web:1" }] } },
    },
    status: { replicas, updatedReplicas: replicas, availableReplicas: replicas },
  });

/** A kubectl that does nothing: it prints what previews look for, and starts no further process. Returns where it is. */
export async function installKubectl(dir: string): Promise<{ binDir: string; kubeconfig: string }> {
  const binDir = join(dir, "bin");
  const kubeconfig = join(dir, "kubeconfig");
  await mkdir(binDir, { recursive: true });
  await writeFile(kubeconfig, KUBECONFIG);
  const script = `#!/bin/sh
case " $* " in
  *" config view "*) echo '${KUBECONFIG}';;
  *" --dry-run="*) echo '${deployment(5)}';;
  *" get Deployment.v1.apps "*) echo '${deployment(5)}';;
  *" get "*) echo '${deployment(2)}';;
  *) echo "deployment.apps/web scaled";;
esac
`;
  await writeFile(join(binDir, "kubectl"), script);
  await chmod(join(binDir, "kubectl"), 0o755);
  return { binDir, kubeconfig };
}
