import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { flagOf, type KubectlLine, readKubectl } from "#policy/kubectl/line.ts";

function read(line: string): KubectlLine {
  const result = readKubectl(line.split(" "));
  assert.ok(result.ok, `${line}: ${JSON.stringify(result)}`);
  return result.line;
}

function refusal(line: string): string {
  const result = readKubectl(line.split(" "));
  assert.ok(!result.ok, `${line} was taken as ${JSON.stringify(result)}`);
  return result.reason;
}

/** The verb and what it names, as one line a person can compare. */
function gist(line: string): string {
  const { verb, resources, operands, namespace } = read(line);
  const targets = resources.map(({ kind, name }) => (name === null ? kind : `${kind}/${name}`));
  return [verb, ...targets, ...operands.map((word) => `+${word}`), `@${namespace ?? ""}`].join(" ");
}

const same: [line: string, meant: string][] = [
  ["get pods", "get pods @"],
  ["-n get delete cm x", "delete configmaps/x @get"],
  ["--namespace get delete cm x", "delete configmaps/x @get"],
  ["-nget delete cm x", "delete configmaps/x @get"],
  ["-n=get delete cm x", "delete configmaps/x @get"],
  ["--context get delete cm x", "delete configmaps/x @"],
  ["--v 2 delete cm x", "delete configmaps/x @"],
  ["get -n delete cm x", "get configmaps/x @delete"],
  ["get -o delete cm x", "get configmaps/x @"],
  ["delete -l get cm", "delete configmaps @"],
  ["delete cm -- x", "delete configmaps/x @"],
  ["get -Aowide pods", "get pods @"],
  ["get pods -Anx", "get pods @x"],
  ["get --all-namespaces=T Deploy", "get deployments @"],
  ["rollout -n x undo deploy/web", "rollout undo deployments/web @x"],
  ["-n x rollout undo deploy web", "rollout undo deployments/web @x"],
  ["get deployments.apps,svc web", "get deployments/web services/web @"],
  ["get deployments.v1.apps web", "get deployments/web @"],
  ["get secrets.v1. web", "get secrets/web @"],
  ["get secrets. web", "get secrets/web @"],
  ["get SECRET/web po/x", "get secrets/web pods/x @"],
  ["get secrets.example.com", "get secrets @"],
  ["get roles.rbac", "get roles @"],
  ["get deployments.example.com", "get deployments.example.com @"],
  ["get Widgets.example.com/a", "get widgets.example.com/a @"],
  ["set image deployment/web app=img:1 side=img:2", "set image deployments/web +app=img:1 +side=img:2 @"],
  ["label pods web a=b c-", "label pods/web +a=b +c- @"],
  ["set env deploy/web A=1 B-", "set env deployments/web +A=1 +B- @"],
  ["set sa deploy/web robot", "set serviceaccount deployments/web +robot @"],
  ["create cm settings --from-literal=a=b --from-literal=c=d", "create configmap configmaps/settings @"],
  ["create svc clusterip web", "create service clusterip services/web @"],
  ["create job once --image=x -- delete all", "create job jobs/once +-- +delete +all @"],
  ["logs web-1 app", "logs pods/web-1 +app @"],
  ["logs deploy/web", "logs deployments/web @"],
  ["cordon node-1 node/node-2", "cordon nodes/node-1 nodes/node-2 @"],
  ["top po web", "top pod pods/web @"],
  ["-o wide get po", "get pods @"],
  ["-l get delete cm", "delete configmaps @"],
  ["-f get delete -n x", "delete @x"],
  ["--from-literal get create cm x", "create configmap configmaps/x @"],
  ["create --from-literal get cm x", "create configmap configmaps/x @"],
  ["--all-namespaces=true get po", "get pods @"],
  ["-Aowide get po", "get pods @"],
  ["auth can-i delete pods", "auth can-i +delete +pods @"],
];

describe("a kubectl line is read as kubectl reads it", () => {
  for (const [line, meant] of same) {
    test(`"${line}"`, () => assert.equal(gist(line), meant));
  }

  test("values keep their flag, in the order they stand", () => {
    const line = read("apply -f a.yaml --filename=b.yaml,c.yaml -R --server-side=1 --dry-run=server");
    assert.deepEqual(line.flags.get("--filename"), ["a.yaml", "b.yaml,c.yaml"]);
    assert.equal(flagOf(line, "--recursive"), "true");
    assert.equal(flagOf(line, "--server-side"), "true");
    assert.equal(flagOf(line, "--prune"), null);
    assert.equal(line.dryRun, "server");
  });

  test("namespaces, contexts and dry runs are told apart from their absence", () => {
    const line = read("get pods");
    assert.deepEqual(
      [line.namespace, line.context, line.allNamespaces, line.dryRun],
      [null, null, false, "none"],
    );
    assert.equal(read("get pods -A=false").allNamespaces, false);
    assert.equal(read("get pods --context=c").context, "c");
    assert.equal(read("delete cm x --dry-run=none").dryRun, "none");
    assert.equal(read("delete cm x -- y").dryRun, "none");
  });
});

const refused: [why: RegExp, line: string][] = [
  [/--dry-run stands there twice/, "delete cm x --dry-run=client --dry-run=none"],
  [/"--dry-run=client" is not a name/, "delete cm -- x --dry-run=client"],
  [/needs its value after "="/, "delete cm x --dry-run"],
  [/needs its value after "="/, "delete --dry-run client cm x"],
  [/none, client or server/, "delete cm x --dry-run=true"],
  [/none, client or server/, "delete cm x --dry-run=Client"],
  [/-A is not on the list of those that stand before a verb/, "-A get pods"],
  [/--all is not on the list of those/, "--all get delete pods"],
  [/--all-namespaces is not on the list of those that stand before a verb/, "--all-namespaces get po"],
  [/-A is not on the list of those that stand before a verb/, "-A get get po"],
  [/--dry-run is not on the list of those that stand before a verb/, "--dry-run delete delete cm x"],
  [/"x" is not on the list of allowed commands/, "-n x x"],
  [/--validate is not on the list/, "expose deploy/web --validate=false"],
  [/-k is not on the list/, "set selector -k . a=b"],
  [/--enable-helm is not on the list: it runs helm/, "kustomize --enable-helm"],
  [/prints help/, "--help"],
  [/prints help/, "get pods -h"],
  [/it changes as whom/, "--token get delete pods"],
  [/it changes where/, "-s https://x get pods"],
  [/--replica is not on the list/, "scale deploy/x --replica=0"],
  [/--all_namespaces is not on the list/, "get pods --all_namespaces"],
  [/--namespace stands there twice/, "get pods -n a -n b"],
  [/--replicas stands there twice/, "scale deploy/x --replicas=3 --replicas=0"],
  [/has no value/, "get pods -n"],
  [/has no value/, "get pods -n="],
  [/has no value/, "get pods --selector="],
  [/takes true or false, not "yes"/, "get pods -A=yes"],
  [/takes true or false, not "tRUE"/, "get pods -A=tRUE"],
  [/mixes TYPE\/NAME/, "get pod secret/x"],
  [/is not TYPE\/NAME/, "get pod/x/y"],
  [/is not a kind/, "get pods,"],
  [/is not a name/, "get pods x%2fy"],
  [/is not a name/, "get pods .."],
  [/nobody is there to type/, "set env deploy/x -"],
  [/targets come first/, "label pods a=b web"],
  [/not expected here/, "apply web"],
  [/not expected here/, "create deployment a b --image=x"],
  [/"" is not a name/, "run"],
  [/"rollout" is not on the list/, "rollout"],
  [/"rollout stop" is not on the list/, "rollout stop deploy/x"],
  [/"constructor" is not on the list/, "constructor"],
  [/"__proto__" is not on the list/, "__proto__"],
  [/"Get" is not on the list/, "Get pods"],
  [/"" is not on the list/, "-- get pods"],
  [/"config set" is not on the list/, "config set a b"],
  [/"exec" is not on the list/, "exec web -- ls"],
  [/is not one of the nodes/, "cordon pod/x"],
];

describe("a kubectl line that is not plain is refused", () => {
  for (const [why, line] of refused) test(`"${line}"`, () => assert.match(refusal(line), why));
});
