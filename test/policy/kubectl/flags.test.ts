import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { z } from "zod";
import { FLAGS_OF, VERSION } from "#policy/kubectl/flags-from-help.ts";
import { flagOf, readKubectl } from "#policy/kubectl/line.ts";
import { REFUSED_FLAGS } from "#policy/kubectl/refused.ts";
import { allowedFlags, whyNoFlag } from "#policy/kubectl/tables.ts";
import { GLOBAL_FLAGS, VERBS } from "#policy/kubectl/verbs.ts";
import { kubectlFaults, kubectlVersion } from "#test/policy/flags/kubectl-help.ts";
import { isOlder, namesOf } from "#test/policy/flags/specs.ts";
import { kubectlVerbs } from "#test/policy/flags/verbs.ts";
import { reasonWithoutKubectl, runKubectl } from "#test/support/kubectl.ts";

const DRY = "--dry-run=client -o json";
const SPELLINGS = [
  `create deployment web --image=a --image b -r 2 -n x ${DRY}`,
  `-n get create deployment web --image=a -r2 ${DRY}`,
  `-nget create --image=a deployment web --replicas 2 ${DRY}`,
  `-n=get create deployment --image a web -r=2 ${DRY}`,
  `--namespace create create --replicas 3 deploy web --image=a ${DRY}`,
  `create -n delete deployment web --image a --save-config ${DRY}`,
  `create deployment web --image=a --save-config=false ${DRY}`,
  `create deployment web --image=a --show-managed-fields -nx ${DRY}`,
  `-o json create deployment web --image=a --dry-run=client`,
  `-ojson create deployment web --image=a --dry-run=client`,
  `--image create create deployment web ${DRY}`,
  `create --image deployment deployment web ${DRY}`,
  `--dry-run=client -o=json create deployment web -n=x --image=a`,
  `--v 1 create deployment web --image=--namespace --port 80 ${DRY}`,
  `create deployment web --image --namespace -n x ${DRY}`,
];
/** No call of these may get as far as doing something: the flag in front takes the verb for its value. */
const MISPLACED = [
  "--all-namespaces get po",
  "-A get po",
  "--watch get po",
  "--dry-run create deployment web --image=a",
  "--no-such get po",
  "-Rf x.yaml apply",
  "set subject rolebinding/x --record --user=a",
  "expose deploy web --validate=false",
  "set selector svc/web -k . a=b",
];

const printed = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
  spec: z.object({
    replicas: z.number(),
    template: z.object({ spec: z.object({ containers: z.array(z.object({ image: z.string() })) }) }),
  }),
});

describe("what policy says of kubectl's flags", () => {
  it("is said of every flag of every verb, and is refused where it is not", () => {
    const open = Object.entries(VERBS).flatMap(([verb, { flags, never = {} }]) => {
      const said = new Set([...flags.split(" "), ...Object.keys(never), ...Object.keys(REFUSED_FLAGS)]);
      return namesOf(FLAGS_OF[verb] ?? "").flatMap((name) => (said.has(name) ? [] : [`${verb} --${name}`]));
    });
    const saidOfAll = new Set([...GLOBAL_FLAGS.split(" "), ...Object.keys(REFUSED_FLAGS)]);
    open.push(...namesOf(FLAGS_OF[""] ?? "").filter((name) => !saidOfAll.has(name)));
    assert.deepEqual(
      open,
      [],
      "say of each in src/policy/kubectl/verbs.ts or refused.ts whether it may stand there",
    );
    assert.equal(allowedFlags("get").takes.has("raw"), false);
    assert.match(whyNoFlag("scale", "replicas") ?? "", /nobody has judged it/);
  });

  it("names no flag that kubectl has not", () => {
    const strange = Object.entries(VERBS).flatMap(([verb, { flags, never = {} }]) => {
      const has = new Set(namesOf(FLAGS_OF[verb] ?? ""));
      const named = [...flags.split(" "), ...Object.keys(never)].filter((name) => name !== "");
      return named.filter((name) => !has.has(name)).map((name) => `${verb} --${name}`);
    });
    assert.deepEqual(strange, []);
    assert.deepEqual(Object.keys(FLAGS_OF), kubectlVerbs());
  });
});

describe("the kubectl that is installed", { skip: reasonWithoutKubectl() }, () => {
  let version = "";
  before(async () => {
    version = await kubectlVersion();
  });

  it("takes the flags that are written down, and each with a value or without as it is read", async (t) => {
    if (isOlder(version, VERSION))
      return t.skip(`kubectl ${version} is older than ${VERSION}, whose flags are written down`);
    const faults: string[] = [];
    const work = kubectlVerbs();
    const worker = async (): Promise<void> => {
      for (let verb = work.pop(); verb !== undefined; verb = work.pop())
        faults.push(...(await kubectlFaults(verb, FLAGS_OF[verb] ?? "")));
    };
    await Promise.all([worker(), worker(), worker()]);
    const say = `kubectl ${version} takes flags otherwise than written down: run "npm run flags", and say in src/policy/kubectl/verbs.ts which may stand there`;
    assert.deepEqual(faults, [], say);
  });

  it("would be seen to read a flag otherwise", async () => {
    const specs = FLAGS_OF["scale"] ?? "";
    for (const [right, wrong] of [
      ["dry-run~", "dry-run="],
      ["all?", "all="],
      ["replicas=", "replicas?"],
      ["n|namespace=", "n|namespace="],
      [" o|output=", ""],
      ["timeout=", "timeout= no-such="],
    ] as const) {
      const faults = await kubectlFaults("scale", specs.replace(right, wrong));
      assert.equal(faults.length > 0, right !== wrong, `${right} as ${wrong}: ${faults}`);
    }
    assert.deepEqual(await kubectlFaults("", (FLAGS_OF[""] ?? "").replace("token= ", "")), [
      ": --token is new",
    ]);
  });

  // A dry run by the client prints what it read, and asks no server.
  for (const line of SPELLINGS) {
    it(`reads "${line}" as we do`, async () => {
      const args = line.split(" ");
      const ours = readKubectl(args);
      const { code, stdout, stderr } = await runKubectl(args);
      const { metadata, spec } =
        code === 0 ? printed.parse(JSON.parse(stdout)) : { metadata: null, spec: null };
      assert.ok(ours.ok && metadata !== null, `${JSON.stringify(ours)} ${stderr}`);
      const replicas = flagOf(ours.line, "--replicas");
      assert.deepEqual(
        [ours.line.resources, ours.line.namespace, replicas === null ? 1 : Number(replicas)],
        [[{ kind: "deployments", name: metadata.name }], metadata.namespace ?? null, spec.replicas],
      );
      assert.deepEqual(
        ours.line.flags.get("--image"),
        spec.template.spec.containers.map(({ image }) => image),
      );
    });
  }

  for (const line of MISPLACED) {
    it(`refuses "${line}" too`, async () => {
      assert.equal(readKubectl(line.split(" ")).ok, false);
      const { code, stderr } = await runKubectl(line.split(" "));
      assert.equal(code, 1);
      assert.match(stderr, /flags cannot be placed before plugin name|unknown flag|unknown shorthand flag/);
    });
  }
});
