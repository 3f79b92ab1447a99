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

/** What it answers about any deployment: the count it was scaled to last, of which all are up. */
const DEPLOYMENT = JSON.stringify({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "NAME", annotations: { "deployment.kubernetes.io/revision": "3" } },
  spec: {
    replicas: "COUNT",
    template: { spec: { containers: [{ name: "web", image: "registry.example/web:1" }] } },
  },
  status: { replicas: "COUNT", updatedReplicas: "COUNT", availableReplicas: "COUNT" },
}).replaceAll('"COUNT"', "COUNT");

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
  ];
  await Promise.all(puts.map(([path, text]) => writeFile(path, text)));
  const script = `#!/bin/sh
what=object; reads=; json=; dry=; name=web; names=; count=
for word in "$@"; do
  case $word in
    --dry-run=*) reads=1; dry=1;;
    config) what=config; reads=1;;
    get|diff|version|auth|describe) reads=1;;
    json|-ojson|--output=json) json=1;;
    deployment/*|deployments/*) name=\${word#*/};;
    --replicas=*) count=\${word#*=};;
    --patch-file=*) name=$3; count=$(sed -n 's#.*"op":"replace","path":"/spec/replicas","value":\\([0-9]*\\).*#\\1#p' "\${word#*=}");;
    -*|get|Deployment.v1.apps) ;;
    *) [ "$1" = get ] && [ "$2" = Deployment.v1.apps ] && names="$names $word";;
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
  # It takes effect as it begins, so that one that is killed has happened.
  case "$*" in *broken*) ;; *) [ -z "$count" ] || printf '%s' "$count" > '${dir}'/"count-$name";; esac
  case "$*" in
    *slow*) sleep 0.4;;
    *brief*) sleep 0.8;;
    *long*) for number in 1 2 3 4 5 6 7 8 9 10; do echo "line $number"; sleep 0.2; done;;
    *steady*"-1 "*) sleep 2;;
    *endless*"-1 "*) sleep 300;;
    patch*lingering*) sleep 300;;
    *stubborn*"-1 "*) trap '' TERM; (sleep 300 &); sleep 300 & wait; wait;;
  esac
  case "$*" in *broken*) echo "deployment.apps/web scaled"; exit 1;; esac
  echo "deployment.apps/web scaled"
  exit 0
fi
[ -n "$json" ] || exit 0
[ $what = config ] && { cat '${dir}'/config.json; exit 0; }
object() {
  now=$(cat '${dir}'/"count-$1" 2>/dev/null || echo 2)
  printf '%s' '${DEPLOYMENT}' | sed "s/NAME/$1/; s/COUNT/\${2:-$now}/g"
}
[ -z "$dry" ] && count=
[ -z "$names" ] && { object "$name" "$count"; exit 0; }
printf '{"kind":"List","items":['; between=
for name in $names; do printf '%s' "$between"; object "$name"; between=,; done
printf ']}'
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
