import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Programs that do nothing but keep what they were called with, and print what the test wants for a marked call. */
export type FakeTools = {
  binDir: string;
  /** What a call that names this id prints, how one that changes something ends, and the object `-o json` finds. */
  answer(id: string, given: { output: string; exit: number; live?: unknown }): Promise<void>;
  /** Every argv spawned so far, the program first. */
  calls(): Promise<string[][]>;
};

/** An id stands as a word of its own among the arguments, or as a flag's value, as a namespace does. */
const ID = "h[0-9][0-9][0-9]";

const config = {
  clusters: [{ name: "fake", cluster: { server: "https://fake.invalid" } }],
  contexts: [{ name: "fake", context: { cluster: "fake", user: "fake" } }],
  "current-context": "fake",
};

/** Puts a fake kubectl and terraform into `dir`. Each call is a file of its own, so that no two can be mixed up. */
export async function installFakeTools(dir: string): Promise<FakeTools> {
  const places = { bin: join(dir, "bin"), calls: join(dir, "calls"), outputs: join(dir, "outputs") };
  await Promise.all(Object.values(places).map((place) => mkdir(place, { recursive: true })));
  const { outputs, calls } = places;
  for (const tool of ["kubectl", "terraform"]) {
    // Named by the kernel: in a box every program has the same process id.
    const script = `#!/bin/sh
read -r uuid < /proc/sys/kernel/random/uuid
{ printf '%s\\0' ${tool} "$@"; printf '\\1\\0'; } >> '${calls}/${tool}-'$uuid
id=none; json=; kind=live
for word in "$@"; do
  case $word in ${ID}|--namespace=${ID}) id=\${word##*=};; esac
  case $word in json|-ojson|--output=json) json=1;; --dry-run=*) kind=dry;; config) kind=config;; esac
done
# Each change that ended well turns what is there over: to what the dry run said, and by its rollback back again.
if [ -n "$json" ] && [ $kind = live ] && [ -f '${outputs}/'$id.turned ]; then kind=dry; fi
if [ -n "$json" ]; then
  own=$id
  [ -f '${outputs}/'$id.$kind ] || id=none
  sed "s/THE-ID/$own/" '${outputs}/'$id.$kind; exit 0
fi
[ -f '${outputs}/'$id ] && cat '${outputs}/'$id
[ $kind = live ] && [ -f '${outputs}/'$id.exit ] && exit "$(cat '${outputs}/'$id.exit)"
case " $* " in
  *" get "*|*" rollout status "*|*" logs "*|*" describe "*|*" diff "*|*" config "*|*--dry-run*) ;;
  *) if [ -f '${outputs}/'$id.turned ]; then rm '${outputs}/'$id.turned; else : > '${outputs}/'$id.turned; fi;;
esac
exit 0
`;
    await writeFile(join(places.bin, tool), script);
    await chmod(join(places.bin, tool), 0o755);
  }
  const put = (name: string, text: string) => writeFile(join(outputs, name), text);
  await put("none.config", JSON.stringify(config));
  await put("none.live", JSON.stringify(deployment(2)));
  await put("none.dry", JSON.stringify(deployment(5)));
  return {
    binDir: places.bin,
    async answer(id, { output, exit, live }) {
      await put(id, output);
      if (exit !== 0) await put(`${id}.exit`, String(exit));
      if (live === undefined) return;
      await put(`${id}.live`, JSON.stringify(live));
      await put(`${id}.dry`, JSON.stringify(live));
    },
    async calls() {
      const files = await readdir(places.calls);
      const texts = await Promise.all(files.map((file) => readFile(join(places.calls, file), "utf8")));
      const records = texts.flatMap((text) => text.split("\u0001\0")).filter((record) => record !== "");
      return records.map((record) => record.split("\0").slice(0, -1));
    },
  };
}

function deployment(replicas: number): object {
  const containers = [{ name: "web", image: "registry.example/web:1" }];
  const annotations = { "deployment.kubernetes.io/revision": "3" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    // In a namespace of the call's own id, so that a look after it bears the id too.
    metadata: { name: "web", namespace: "THE-ID", annotations },
    spec: { replicas, template: { spec: { containers } } },
    status: { replicas, updatedReplicas: replicas, availableReplicas: replicas },
  };
}

const READS = new Set(
  "get describe logs diff explain version wait top auth config cluster-info api-resources events".split(" "),
);
const TERRAFORM_READS = new Set(
  "init plan show validate version providers fmt output state workspace".split(" "),
);

/** Whether a spawned command only reads: written anew here, so that it cannot share a fault with the policy. */
export function onlyReads([tool, ...args]: string[]): boolean {
  const takesValue = /^(-n|-o|-c|-l|--namespace|--output|--context)$/;
  const words = args.filter(
    (word, index) => !word.startsWith("-") && !takesValue.test(args[index - 1] ?? ""),
  );
  const [verb = "", next = ""] = words;
  if (tool === "terraform") return TERRAFORM_READS.has(verb);
  // Behind a `--` it is a word like any other.
  const flags = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  const dryRuns = flags.filter((word) => word.startsWith("--dry-run"));
  const isDryRun = dryRuns.length === 1 && /^--dry-run=(server|client)$/.test(dryRuns[0] ?? "");
  if (isDryRun) return true;
  return READS.has(verb) || (verb === "rollout" && /^(status|history)$/.test(next));
}
