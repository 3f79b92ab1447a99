import assert from "node:assert/strict";
import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { startProgram } from "#test/support/program.ts";
import { api, type Case, type Manifest, map, web } from "./case.ts";
import { seedCluster, standing } from "./cluster.ts";
import { differing } from "./compare.ts";
import { type Place, POLICY, placeOf, run, untilAsked } from "./restore.ts";

const REFUSED = 'Error from server (Forbidden): deployments.apps "api" is forbidden: not you';
const CUT = "Unable to connect to the server: read tcp: connection reset by peer";

/** Each command that changes something does half of it and fails, where a file of its namespace says so. */
const WRAPPER = (dir: string) => `#!/bin/sh
ns=$(printf '%s\\n' "$@" | sed -n 's/^\\(half-[0-9]\\)$/\\1/p' | head -n 1)
case " $* " in *" --dry-run"*|*" get "*|*" config "*|*" auth "*|*--patch-file*) ns=;; esac
[ -n "$ns" ] && [ -f '${dir}/says-'$ns ] || exec '${dir}/kubectl.real' "$@"
case " $* " in
*" apply "*) sed '/^---$/,$d' "$ns/a.yaml" > "$HOME/half.yaml"; '${dir}/kubectl.real' apply -f "$HOME/half.yaml" -n "$ns";;
*) for word in "$@"; do shift; [ "$word" = deployment/api ] || set -- "$@" "$word"; done; '${dir}/kubectl.real' "$@";;
esac
cat '${dir}/says-'$ns >&2
exit 1
`;

const QUOTA: Manifest = {
  apiVersion: "v1",
  kind: "ResourceQuota",
  metadata: { name: "small" },
  spec: { hard: { pods: "4" } },
};

type Half = Pick<Case, "name" | "seed" | "steps" | "files"> & {
  /** What kubectl says of the other half; null: it is the cluster that does half of it. */
  says: string | null;
  /** What is told of each object, in a word. */
  told: Readonly<Record<string, RegExp>>;
};

const CHANGED = /changed|good/;
const AS_BEFORE = /as it was|unchanged/;
const CASES: readonly Half[] = [
  {
    name: "the second object of an apply is refused",
    seed: [map({ A: "1" }), api()],
    files: { a: [map({ A: "2" }), api(2)] },
    steps: ["apply -f a.yaml"],
    says: REFUSED,
    told: { "ConfigMap/settings": CHANGED, "Deployment/api": AS_BEFORE },
  },
  {
    name: "the connection is cut between two objects of an apply",
    seed: [web(), api()],
    files: { a: [web({ image: "registry.example/web:2" }), api(2)] },
    steps: ["apply -f a.yaml"],
    says: CUT,
    told: { "Deployment/web": CHANGED, "Deployment/api": AS_BEFORE },
  },
  {
    name: "one of two may not be scaled",
    seed: [web(), api()],
    steps: ["scale deployment/web deployment/api --replicas=2"],
    says: REFUSED,
    told: { "Deployment/web": CHANGED, "Deployment/api": AS_BEFORE },
  },
  {
    name: "one of two may not be labelled",
    seed: [web(), api()],
    steps: ["label deployment/web deployment/api tier=b"],
    says: REFUSED,
    told: { "Deployment/web": CHANGED, "Deployment/api": AS_BEFORE },
  },
  {
    name: "a quota lets one of two have its pods",
    seed: [QUOTA, web(), api()],
    steps: ["scale deployment/web --replicas=3", "scale deployment/api --replicas=3"],
    says: null,
    told: { "Deployment/web": /good/, "Deployment/api": /failed.*FailedCreate|FailedCreate.*quota/ },
  },
];

describe("what was done in part", () => {
  let place: Place;
  let bin: string;
  before(async () => {
    place = placeOf(await startProgram({}, { policy: POLICY }));
    bin = join(place.program.config.dataDir, "sample", "bin");
    await rename(join(bin, "kubectl"), join(bin, "kubectl.real"));
    await writeFile(join(bin, "kubectl"), WRAPPER(bin));
    await chmod(join(bin, "kubectl"), 0o755);
  });
  after(() => place.program.close());

  for (const [index, half] of CASES.entries())
    it(`is told object by object, and taken back: ${half.name}`, async () => {
      const { program, stateFile, workspace } = place;
      const namespace = `half-${index}`;
      await seedCluster(stateFile, namespace, half.seed, "create");
      await mkdir(join(workspace, namespace), { recursive: true });
      const placed = (half.files?.["a"] ?? []).map((one) => ({
        ...one,
        metadata: { ...one.metadata, namespace },
      }));
      const text = placed.map((one) => JSON.stringify(one)).join("\n---\n");
      await writeFile(join(workspace, namespace, "a.yaml"), text);
      if (half.says !== null) await writeFile(join(bin, `says-${namespace}`), `${half.says}\n`);
      const before = await standing(stateFile, namespace);
      const change = await run(place, { ...half, verb: "half" }, namespace);
      const facts = change.review?.facts ?? [];
      const all = `${change.status}: ${change.review?.notes ?? change.error}`;
      assert.equal(change.status, "needs_person", all);
      for (const [target, word] of Object.entries(half.told)) {
        const about = facts.filter((fact) => fact.target === `${target} in ${namespace}`);
        assert.equal(about.length, 1, `${target}: ${JSON.stringify(facts)}`);
        assert.match(about.map(({ state, says }) => `${state} ${says}`).join(), word, all);
      }
      await program.decide(change, "roll_back");
      const ended = await untilAsked(program, change);
      const left = differing(before, await standing(stateFile, namespace), { made: false });
      assert.deepEqual([ended.status, left], ["rolled_back", []], ended.review?.notes);
    });
});
