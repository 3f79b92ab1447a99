import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A kubectl that keeps every command that changes something, one line each, and answers what previews look at. */
export type CountingKubectl = {
  binDir: string;
  kubeconfig: string;
  /** The lines so far, in the order they were spawned. */
  lines(): Promise<string[]>;
};

const KUBECONFIG = {
  apiVersion: "v1",
  kind: "Config",
  clusters: [{ name: "fake", cluster: { server: "https://fake.invalid" } }],
  contexts: [{ name: "fake", context: { cluster: "fake", user: "fake" } }],
  users: [{ name: "fake", user: {} }],
  "current-context": "fake",
};

const DEPLOYMENT = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", annotations: { "deployment.kubernetes.io/revision": "3" } },
  spec: {
    replicas: 2,
    template: { spec: { containers: [{ name: "web", image: "registry.example/web:1" }] } },
  },
};

/** Puts it into `dir`. What the name of a thing says is how long a command about the first of them takes. A line is one write to a file opened for appending, so two at once cannot be mixed up. */
export async function installCountingKubectl(dir: string): Promise<CountingKubectl> {
  const binDir = join(dir, "bin");
  const file = join(dir, "ran");
  const kubeconfig = join(dir, "kubeconfig");
  await mkdir(binDir, { recursive: true });
  const puts: [string, string][] = [
    [file, ""],
    [kubeconfig, JSON.stringify(KUBECONFIG)],
    [join(dir, "config.json"), JSON.stringify(KUBECONFIG)],
    [join(dir, "live.json"), JSON.stringify(DEPLOYMENT)],
    [join(dir, "dry.json"), JSON.stringify({ ...DEPLOYMENT, spec: { ...DEPLOYMENT.spec, replicas: 5 } })],
  ];
  await Promise.all(puts.map(([path, text]) => writeFile(path, text)));
  const script = `#!/bin/sh
what=live; reads=; json=
for word in "$@"; do
  case $word in
    --dry-run=*) what=dry; reads=1;;
    config) what=config; reads=1;;
    get|diff|version|auth|describe) reads=1;;
    json|-ojson|--output=json) json=1;;
  esac
done
case "$*" in
  *"rollout status "*)
    # The first look at each thing is still looking when it is ended; one after that sees that it is there.
    seen='${dir}'/seen-$(printf '%s' "$*" | tr -c 'a-z0-9' '-')
    [ -e "$seen" ] || { : > "$seen"; sleep 20; }
    echo "successfully rolled out"
    exit 0;;
esac
if [ -z "$reads" ]; then
  printf '%s\\n' "$*" >> '${file}'
  case "$*" in
    *slow*) sleep 0.4;;
    *brief*) sleep 0.8;;
    *long*) for number in 1 2 3 4 5 6 7 8 9 10; do echo "line $number"; sleep 0.2; done;;
    *steady*"-1 "*) sleep 2;;
    *endless*"-1 "*) sleep 300;;
    *lingering*"--replicas=2 "*) sleep 300;;
    *stubborn*"-1 "*) trap '' TERM; (sleep 300 &); sleep 300 & wait; wait;;
  esac
  echo "deployment.apps/web scaled"
  case "$*" in *broken*) exit 1;; esac
  exit 0
fi
[ -n "$json" ] && cat '${dir}'/$what.json
exit 0
`;
  await writeFile(join(binDir, "kubectl"), script);
  await chmod(join(binDir, "kubectl"), 0o755);
  return {
    binDir,
    kubeconfig,
    lines: async () => (await readFile(file, "utf8")).split("\n").filter((line) => line !== ""),
  };
}
