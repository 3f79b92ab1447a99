import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Command, Risk } from "#change/plan.ts";
import type { Policy } from "#policy/document.ts";
import { judge } from "#policy/judge.ts";
import { parsePolicy } from "#policy/read-policy.ts";
import type { Verdict } from "#policy/verdict.ts";

const policy = policyOf(`
environments:
  production: { namespaces: [production], contexts: [prod], deny: [kubectl delete], raise: { kubectl rollout: high } }
  staging: { namespaces: [staging] }
  lab: { in_cluster: true }
contexts: [shared]
deny: [kubectl create configmap]
raise: { kubectl label: high }
registries: [registry.example.com/team, docker.io/library]
raw_outputs: [json, yaml, jsonpath]
`);

function policyOf(yaml: string): Policy {
  const parsed = parsePolicy(`version: 1\n${yaml}`);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.policy;
}

const builtIn = policyOf("environments: {}");

/** Words are apart by blanks; `·` stands for a blank within a word. */
function commandOf(line: string, dir = ""): Command {
  return { tool: "kubectl", args: line.split(" ").map((word) => word.replaceAll("·", " ")), dir };
}

function rankOf(verdict: Verdict): Risk | "refused" {
  return verdict.decision === "deny" ? "refused" : verdict.risk;
}

type Case = [rank: Risk | "refused", why: RegExp, line: string];

function judgeAll(cases: readonly Case[], rules: Policy): void {
  for (const [rank, why, line] of cases) {
    test(`"${line}" is ${rank}`, () => {
      const verdict = judge(commandOf(line), rules, null);
      assert.equal(rankOf(verdict), rank, JSON.stringify(verdict));
      assert.match(verdict.reasons.join("; "), why);
    });
  }
}

describe("secrets", () => {
  judgeAll(
    [
      ["low", /reads/, "get secrets"],
      ["low", /reads/, "get secret db -o name"],
      ["low", /reads/, "get secret db -owide"],
      ["low", /reads/, "describe secret/db"],
      ["refused", /secret data/, "get secret db -o yaml"],
      ["refused", /secret data/, "get Secrets -ojson"],
      ["refused", /secret data/, "get secrets.v1. db -o=json"],
      ["refused", /secret data/, "get secrets.stranger.example.com -o=json"],
      ["refused", /secret data/, "get pods,secrets -o yaml"],
      ["refused", /secret data/, "get pod/a secret/db -o jsonpath={.items}"],
      ["refused", /secret data/, "get secret db --template={{.data}}"],
      ["refused", /secret data/, "get secret db -o custom-columns=A:.data.a"],
      ["refused", /print a file/, "get secret db -o custom-columns-file=columns.txt"],
      ["refused", /secret data/, "label secret db a=b -o yaml"],
      ["refused", /secret data/, "annotate secret db a=b --dry-run=server -o yaml"],
      ["refused", /secret data/, "create secret generic db --from-literal=a=b --dry-run=client -o yaml"],
      ["refused", /secret data/, "apply view-last-applied secret/db"],
      ["refused", /what they hold/, "get secrets --sort-by=.data.password"],
      ["low", /reads/, "get secrets --sort-by=.metadata.name"],
      ["refused", /what it holds/, "wait secret/db --for=jsonpath={.data.a}=b"],
      ["refused", /not on the list/, "create token robot"],
      ["refused", /tokens and keys/, "config view --raw"],
      ["refused", /tokens and keys/, "config view --flatten=t"],
      ["low", /reads/, "config view --raw=false"],
      ["low", /reads/, "config view -o json"],
      ["low", /reads/, "config view --minify -o jsonpath={..namespace}"],
      ["low", /reads/, "config view -o jsonpath={.contexts[?(@.name=='x')].context.cluster}"],
      ["low", /reads/, 'config view -o jsonpath={range·.clusters[*]}{.name}{"\\n"}{end}'],
      ["refused", /users' programs/, "config view -o jsonpath={.users[*].user.exec.env}"],
      ["refused", /users' programs/, "config view -o jsonpath={range·.contexts[*]}{$.users[0].user}{end}"],
      ["refused", /users' programs/, "config view -o jsonpath={..value}"],
      ["refused", /users' programs/, "config view -o jsonpath={@}"],
      ["refused", /users' programs/, "config view -o jsonpath --template={.users}"],
      ["refused", /list prints it/, "annotate secret db --list"],
      ["refused", /list prints it/, "annotate pods,secrets.v1. --all --list=1"],
      ["refused", /list prints it/, "annotate secret db a=b --list"],
      ["refused", /list prints it/, "annotate -f web.yaml --list"],
      ["low", /lists/, "annotate deploy web --list"],
      ["low", /lists/, "label secret db --list"],
      ["refused", /ordering secrets/, "get -f web.yaml --sort-by=.data.p"],
      ["low", /reads/, "config view"],
      ["refused", /--raw is not on the list.*any address/, "get --raw=/api/v1/secrets"],
      ["refused", /secrets hold/, "set env deploy/x --list --resolve"],
      ["low", /lists the environment/, "set env deploy/x --list"],
      ["high", /values from secret\/db/, "set env deploy/x --from=secret/db"],
      ["medium", /environment/, "set env deploy/x --from=configmap/c"],
      ["high", /LD_PRELOAD/, "set env deploy/x --from=configmap/c --prefix=LD_ --keys=preload"],
      ["high", /what code a program loads/, "set env deploy/x --from=cm/c --keys=a,ld-preload"],
      ["high", /what code a program loads/, "set env deploy/x --from=cm/c --keys=a --keys=NODE_OPTIONS"],
      ["medium", /environment/, "set env deploy/x --from=cm/c --keys=a,b --prefix=DB_"],
      [
        "high",
        /own note/,
        "annotate deploy x kubectl.kubernetes.io/last-applied-configuration={} --overwrite",
      ],
      ["high", /own note/, "annotate rs x deployment.kubernetes.io/revision=99 --overwrite"],
      ["high", /own note/, "annotate rs x deployment.kubernetes.io/revision-"],
      ["medium", /annotations/, "annotate deploy x kubernetes.io/change-cause=release"],
      ["refused", /headers/, "get pods -v=6"],
      ["refused", /headers/, "get pods -v 0x9"],
      ["low", /reads/, "get pods -v5"],
    ],
    builtIn,
  );
});

describe("what changes and what only reads", () => {
  judgeAll(
    [
      ["medium", /how many/, "scale deploy/web --replicas=3"],
      ["medium", /how many/, "scale deploy web --replicas 3 --current-replicas 2"],
      ["high", /to zero/, "scale deploy/web --replicas=0"],
      ["low", /dry run/, "scale deploy/web --replicas=0 --dry-run=server"],
      ["high", /to zero/, "scale deploy/web --replicas=0 --dry-run=none"],
      ["refused", /plain number/, "scale deploy/web --replicas=0_0 --dry-run=client"],
      ["refused", /switch it off/, "scale deploy/web --replicas=3 --current-replicas=-1"],
      ["refused", /one target/, "scale deploy/a deploy/b --replicas=3 --current-replicas=2"],
      ["refused", /one target/, "scale deploy -l=a=b --replicas=3 --current-replicas=2"],
      ["refused", /one target/, "scale -f a.yaml --replicas=3 --current-replicas=2"],
      ["high", /daemonsets are not/, "scale ds/web --replicas=3"],
      ["high", /widgets.* are not/, "scale widgets.example.com/web --replicas=3"],
      ["medium", /how many/, "autoscale deploy web --min=1 --max=5 --cpu-percent=80"],
      ["refused", /--min must/, "autoscale deploy web --min=0 --max=5"],
      ["refused", /--max must/, "autoscale deploy web --min=2"],
      ["medium", /restarts/, "rollout restart deploy -l a=b"],
      ["medium", /earlier/, "rollout undo sts/web --to-revision=3"],
      ["refused", /--to-revision must/, "rollout undo sts/web --to-revision=0x1"],
      ["high", /rollouts.* are not/, "rollout restart rollouts.argoproj.io/web"],
      ["low", /waits/, "rollout status deploy/web --timeout=5m30s"],
      ["low", /waits/, "rollout status deploy/web --watch=false"],
      ["refused", /without an end/, "rollout status deploy/web -w"],
      ["refused", /between 0s and 1h/, "rollout status deploy/web --timeout=-1s"],
      ["refused", /between 0s and 1h/, "wait pod/x --for=delete --timeout=1h1s"],
      ["refused", /between 0s and 1h/, "wait pod/x --for=delete --timeout=1e3s"],
      ["low", /waits/, "wait pod/x --for=condition=Ready --timeout=1h"],
      ["refused", /nothing to wait for/, "wait pod/x"],
      ["low", /logs/, "logs web --follow=false --tail=-1 -p"],
      ["refused", /without an end/, "logs web -f"],
      ["refused", /trusts/, "logs web --insecure-skip-tls-verify-backend"],
      ["refused", /without an end/, "get pods -Aw"],
      ["low", /reads/, "get pods --watch=0"],
      ["refused", /without an end/, "get pods --watch=1"],
      ["refused", /without an end/, "events --watch"],
      ["low", /reads/, "get all"],
      ["low", /reads/, "get widgets.example.com -o yaml"],
      ["refused", /names no target/, "get"],
      ["high", /deletes/, "delete pod web"],
      ["low", /dry run/, "delete pod web --force --dry-run=client"],
      ["low", /dry run/, "delete pod web --dry-run=client"],
      ["high", /deletes/, "delete all --all -A"],
      ["refused", /interactive/, "delete pod web -i"],
      ["high", /node/, "drain node-1 --ignore-daemonsets"],
      ["low", /dry run/, "drain node-1 --force --dry-run=client"],
      ["high", /node/, "cordon node-1"],
      ["low", /reads/, "get deploy web --subresource=scale -o yaml"],
      ["refused", /--subresource is/, "get node node-1 --subresource=proxy"],
      ["refused", /--subresource is/, "patch svc web --subresource=proxy -p {}"],
      ["low", /allowed/, "auth can-i get pods --subresource=log"],
      ["low", /reads/, "get pods --match-server-version"],
      ["high", /node/, "uncordon node-1"],
      ["high", /node/, "taint nodes node-1 a=b:NoExecute"],
      ["high", /node/, "taint nodes node-1 a:NoSchedule"],
      ["medium", /labels/, "label pods web a=b --overwrite"],
      ["high", /all pods there are/, "label pods --all a-"],
      ["low", /lists/, "label pods web --list"],
      ["medium", /labels/, "label pods web --list a=b"],
      ["refused", /nothing to change/, "label pods web"],
      ["high", /namespaces are not/, "label ns x a=b"],
      ["high", /services are not/, "annotate svc x a=b"],
      ["medium", /annotations/, "annotate pod web team=a"],
      ["high", /an identity/, "annotate pod web iam.amazonaws.com/role=admin"],
      ["high", /an identity/, "annotate deploy web team=a iam.amazonaws.com/role-"],
      ["high", /widgets.* are not/, "annotate widgets.example.com x a=b"],
      ["medium", /image/, "set image deploy/web app=nginx:1 --record"],
      ["refused", /no image/, "set image deploy/web"],
      ["medium", /may use/, "set resources deploy/web --limits=cpu=1"],
      ["high", /networking/, "set selector svc x a=b"],
      ["high", /as whom/, "set serviceaccount deploy/web robot"],
      ["high", /who may/, "set subject rolebinding x --user=a"],
      ["high", /networking/, "expose deploy web --port=80"],
      ["high", /by itself/, "run web --image=nginx"],
      ["low", /dry run/, "run web --image=nginx --dry-run=client -o yaml"],
      ["refused", /interactive/, "run web --image=nginx -it -- sh"],
      ["refused", /interactive/, "run web --image=nginx --attach"],
      ["refused", /session to end/, "run web --image=nginx --rm"],
      ["medium", /deployment/, "create deployment web --image=nginx --replicas=2"],
      ["high", /does not run/, "create deployment web --image=nginx --replicas=0"],
      ["refused", /no image/, "create deployment web"],
      ["medium", /job/, "create job once --from=cronjob/nightly"],
      ["refused", /cronjob\/NAME/, "create job once --from=secret/x"],
      ["medium", /cron job/, "create cronjob nightly --image=x --schedule=@daily"],
      ["high", /namespace/, "create ns x"],
      ["high", /networking/, "create svc nodeport x --tcp=80"],
      ["high", /who may/, "create clusterrolebinding x --clusterrole=cluster-admin --user=a"],
      ["high", /who may/, "auth reconcile -f rbac.yaml"],
      ["high", /identity/, "certificate approve x"],
      ["low", /allowed/, "auth can-i delete pods"],
      ["refused", /as whom/, "auth can-i delete pods --as=ana"],
      ["refused", /odd|not on the list/, "--kubeconfig=x get pods"],
      ["refused", /whole cluster/, "cluster-info dump"],
      ["low", /reads/, "cluster-info"],
      ["low", /reads/, "api-resources --namespaced=false -o wide"],
      ["low", /reads/, "explain pods.spec.containers --recursive"],
      ["low", /reads/, "version --client -o json"],
      ["low", /reads/, "top pod -A --containers"],
      ["refused", /writes files/, "get pods --profile=cpu"],
    ],
    builtIn,
  );
});

describe("files", () => {
  judgeAll(
    [
      ["medium", /only the line is judged/, "apply -f app.yaml"],
      ["medium", /only the line is judged/, "apply -k overlays/staging"],
      ["medium", /only the line is judged/, "create -f *.json"],
      ["refused", /wildcards/, "apply -f [a-z].yaml"],
      ["high", /deletes/, "apply -f app.yaml --prune -l a=b"],
      ["high", /forces/, "apply -f app.yaml --force"],
      ["high", /whoever else/, "apply -f app.yaml --server-side --force-conflicts"],
      ["medium", /line is judged/, "apply -f app.yaml --force=false --prune=F"],
      ["high", /subresource/, "apply -f app.yaml --subresource=status"],
      ["high", /replaces/, "replace -f app.yaml"],
      ["low", /compares/, "diff -f app.yaml --server-side --force-conflicts"],
      ["low", /dry run/, "apply -f app.yaml --dry-run=server"],
      ["high", /forces/, "replace -f app.yaml --force --dry-run=client"],
      ["refused", /names no manifest/, "apply"],
      ["refused", /opens an editor/, "apply edit-last-applied -f app.yaml"],
      ["refused", /opens an editor/, "create -f app.yaml --edit"],
      ["refused", /"https:.*" is not a path/, "apply -f https://example.com/a.yaml"],
      ["refused", /"-" is not a path/, "apply -f -"],
      ["refused", /"-" is not a path/, "apply -f a.yaml,-"],
      ["refused", /"\/etc\/x" is not a path/, "delete -f a.yaml -f /etc/x"],
      ["refused", /not a path/, "create configmap c --from-file=key=../x"],
      ["refused", /not a path/, "create configmap c --from-file=a,/etc/passwd"],
      ["refused", /not a path/, "create configmap c --from-env-file=~/.env"],
      ["refused", /not a path/, "create secret tls t --cert=a --key=/k"],
      ["refused", /not a path/, "patch deploy/x --patch-file=/p"],
      ["refused", /print a file/, "get pods -o go-template-file=/etc/passwd"],
      ["refused", /print a file/, "get pods -o jsonpath-file --template=/etc/passwd"],
      ["refused", /print a file/, "get pods -o jsonpath-file"],
      ["refused", /print a file/, "get pods -o custom-columns-file=columns.txt"],
      ["low", /reads/, "get -f app.yaml"],
      ["refused", /may name a secret/, "get -f app.yaml -o json"],
      ["refused", /may name a secret/, "get -k dir --template={{.data}}"],
      ["refused", /may name a secret/, "apply -f app.yaml --dry-run=server -o yaml"],
      ["refused", /may name a secret/, "label -f app.yaml a=b -o custom-columns=A:.data"],
      ["medium", /line is judged/, "apply -f app.yaml -o name"],
      ["refused", /not read/, "apply view-last-applied -f app.yaml"],
      ["low", /reads/, "apply view-last-applied deploy/web -o json"],
      ["refused", /what a secret holds/, "wait -f app.yaml --for=jsonpath={.data.a}=b"],
      ["low", /waits/, "wait -f app.yaml --for=delete"],
      ["low", /asks no server/, "set image -f app.yaml app=nginx --local -o yaml"],
      ["medium", /image/, "set image -f app.yaml app=nginx --local=false"],
      ["low", /builds/, "kustomize overlays/staging"],
      ["refused", /not a directory inside/, "kustomize github.com/x/y"],
      ["refused", /not a directory inside/, "kustomize GitHub.com/x/y"],
      ["refused", /not a directory inside/, "kustomize base?ref=main"],
      ["refused", /not a directory inside/, "apply -k git@example.com:x/y"],
      ["refused", /not a directory inside/, "apply -k x/y.git"],
      ["refused", /--enable-helm is not/, "kustomize base --enable-helm"],
      ["refused", /-o is not/, "kustomize base -o out.yaml"],
    ],
    builtIn,
  );

  const reads: [line: string, dir: string, reads: string[]][] = [
    [
      "apply -f a.yaml,sub/b.json -f more",
      "app",
      ["file app/a.yaml", "file app/sub/b.json", "tree app/more"],
    ],
    ["apply -f ../shared/a.yaml", "app", ["file shared/a.yaml"]],
    ["apply -f a.yaml -f ./a.yaml", "", ["file a.yaml"]],
    ["apply -f ./", "", ["tree "]],
    ["apply -f sub/*.yaml", "app", ["tree app/sub"]],
    ["apply -k ../base", "app/over", ["tree app/base"]],
    ["kustomize", "app", ["tree app"]],
    [
      "create configmap c --from-file=a=x.txt,dir --from-env-file=b.env",
      "",
      ["file x.txt", "tree dir", "file b.env"],
    ],
    ["patch deploy/x --patch-file=p.yaml", "d", ["file d/p.yaml"]],
    ["get pods", "d", []],
  ];
  for (const [line, dir, expected] of reads) {
    test(`"${line}" in "${dir}" says what it reads`, () => {
      const verdict = judge(commandOf(line, dir), builtIn, null);
      assert.ok(verdict.decision === "allow", JSON.stringify(verdict));
      assert.deepEqual(
        verdict.reads.map(({ path, kind }) => `${kind} ${path}`),
        expected,
      );
    });
  }

  test("directories that the policy does not list are neither run in nor read", () => {
    const narrow = policyOf("directories: [apps]");
    assert.equal(judge(commandOf("apply -f apps/a.yaml"), narrow, null).decision, "allow");
    assert.equal(judge(commandOf("apply -f a.yaml", "apps/web"), narrow, null).decision, "allow");
    assert.equal(judge(commandOf("get pods"), narrow, null).decision, "allow");
    assert.match(
      judge(commandOf("apply -f appsx/a.yaml"), narrow, null).reasons.join(),
      /holds "appsx\/a.yaml"/,
    );
    assert.match(judge(commandOf("get pods", "other"), narrow, null).reasons.join(), /holds "other"/);
    assert.equal(judge(commandOf("apply -f ../a.yaml", "apps"), narrow, null).decision, "deny");
  });
});

describe("patches", () => {
  const container = '{"name":"app","image":"nginx","env":[{"name":"A","value":"b"}]}';
  const ofJob = (pod: string) => `{"spec":{"jobTemplate":{"spec":{"template":{"spec":{${pod}}}}}}}`;
  judgeAll(
    [
      ["medium", /runs/, 'patch deploy web -p {"spec":{"replicas":3}}'],
      ["high", /\/spec\/replicas with 0/, 'patch deploy web -p {"spec":{"replicas":0}}'],
      ["high", /\/spec\/replicas with null/, 'patch deploy web -p {"spec":{"replicas":null}}'],
      ["high", /\/spec\/replicas with 0/, "patch deploy web -p {spec:·{replicas:·0x0}}"],
      ["medium", /runs/, `patch deploy web -p {"spec":{"template":{"spec":{"containers":[${container}]}}}}`],
      [
        "high",
        /a list/,
        `patch deploy web --type=merge -p {"spec":{"template":{"spec":{"containers":[${container}]}}}}`,
      ],
      ["medium", /runs/, 'patch sts web --type merge -p {"metadata":{"annotations":{"a":"b","c":null}}}'],
      ["high", /hostNetwork/, 'patch deploy web -p {"spec":{"template":{"spec":{"hostNetwork":true}}}}'],
      [
        "high",
        /annotation iam/,
        'patch deploy web -p {"spec":{"template":{"metadata":{"annotations":{"iam.amazonaws.com/role":"a"}}}}}',
      ],
      [
        "high",
        /annotation iam/,
        'patch deploy web --type=json -p [{"op":"add","path":"/spec/template/metadata/annotations/iam.amazonaws.com~1role","value":"a"}]',
      ],
      [
        "high",
        /annotation container.apparmor/,
        'patch deploy web --type=json -p [{"op":"remove","path":"/spec/template/metadata/annotations/container.apparmor.security.beta.kubernetes.io~1web"}]',
      ],
      ["high", /\$patch/, 'patch deploy web -p {"$patch":"delete"}'],
      ["high", /directive/, 'patch deploy web -p {"metadata":{"labels":{"$patch":"replace"}}}'],
      ["high", /finalizers/, 'patch deploy web -p {"metadata":{"finalizers":null}}'],
      [
        "high",
        /valueFrom/,
        'patch deploy web -p {"spec":{"template":{"spec":{"containers":[{"name":"a","env":[{"name":"A","valueFrom":{}}]}]}}}}',
      ],
      ["high", /cannot be read/, "patch deploy web -p {"],
      ["high", /cannot be read/, 'patch deploy web -p {"spec":{"replicas":3,"replicas":0}}'],
      ["high", /no list/, 'patch deploy web --type=json -p {"spec":{"replicas":3}}'],
      [
        "medium",
        /runs/,
        'patch deploy web --type=json -p [{"op":"replace","path":"/spec/replicas","value":3}]',
      ],
      ["medium", /runs/, 'patch deploy web --type=json -p [{"op":"remove","path":"/metadata/labels/a~1b"}]'],
      [
        "high",
        /removal/,
        'patch deploy web --type=json -p [{"op":"remove","path":"/spec/template/spec/containers/0"}]',
      ],
      [
        "high",
        /operation move/,
        'patch deploy web --type=json -p [{"op":"move","from":"/a","path":"/spec/replicas"}]',
      ],
      [
        "high",
        /all of/,
        'patch deploy web --type=json -p [{"op":"replace","path":"/metadata/labels","value":{"a":"b"}}]',
      ],
      ["high", /services are not/, 'patch svc web -p {"metadata":{"labels":{"a":"b"}}}'],
      ["high", /subresource/, 'patch deploy web --subresource=status -p {"metadata":{"labels":{"a":"b"}}}'],
      ["high", /was not read/, "patch deploy web --patch-file=p.yaml"],
      ["refused", /one patch/, "patch deploy web"],
      ["medium", /runs/, 'patch pod web -p {"spec":{"containers":[{"name":"a","image":"x"}]}}'],
      [
        "medium",
        /runs/,
        'patch pod web --type=json -p [{"op":"replace","path":"/spec/containers/0/image","value":"x"}]',
      ],
      ["high", /command/, 'patch pod web -p {"spec":{"containers":[{"name":"a","command":["x"]}]}}'],
      ["medium", /config map/, 'patch cm web -p {"metadata":{"labels":{"a":"b"}}}'],
      ["medium", /config map/, 'patch cm web -p {"data":{"level":"debug","old":null}}'],
      ["medium", /config map/, 'patch cm/web --type=merge -p {"data":{"level":"debug"}}'],
      [
        "medium",
        /config map/,
        'patch cm web --type=json -p [{"op":"replace","path":"/data/level","value":"debug"}]',
      ],
      ["medium", /replicas/, 'patch hpa web -p {"spec":{"minReplicas":2,"maxReplicas":6}}'],
      [
        "medium",
        /replicas/,
        'patch hpa web --type=json -p [{"op":"replace","path":"/spec/maxReplicas","value":6}]',
      ],
      ["medium", /cron job/, 'patch cronjob web -p {"spec":{"suspend":true}}'],
      ["medium", /cron job/, 'patch cj web -p {"spec":{"schedule":"0·3·*·*·*"}}'],
      ["medium", /cron job/, `patch cj web -p ${ofJob(`"containers":[${container}]`)}`],
      ["high", /null for \/data/, 'patch cm web -p {"data":null}'],
      ["high", /\/data\/\* with 5/, 'patch cm web -p {"data":{"a":5}}'],
      ["high", /key that no config map/, "patch cm web -p {data:{a:b}}"],
      ["high", /directive/, 'patch cm web -p {"data":{"$patch":"replace","a":"b"}}'],
      ["high", /binaryData/, 'patch cm web -p {"binaryData":{"a":"Yg=="}}'],
      ["high", /immutable/, 'patch cm web -p {"immutable":true}'],
      ["high", /\/kind/, 'patch cm web -p {"kind":"Secret","data":{"a":"b"}}'],
      ["high", /ownerReferences/, 'patch cm web -p {"metadata":{"ownerReferences":[]}}'],
      ["high", /\/spec/, 'patch cm web -p {"spec":{"replicas":3}}'],
      ["high", /all of \/data/, 'patch cm web --type=json -p [{"op":"replace","path":"/data","value":{}}]'],
      ["high", /a removal/, 'patch cm web --type=json -p [{"op":"remove","path":"/data/a"}]'],
      ["high", /secrets are not/, 'patch cm,secret web -p {"data":{"a":"b"}}'],
      ["high", /secrets are not/, 'patch secret web -p {"data":{"a":"b"}}'],
      ["high", /\/data/, 'patch deploy web -p {"data":{"a":"b"}}'],
      ["high", /protected/, 'patch cm web -n kube-system -p {"data":{"a":"b"}}'],
      ["high", /minReplicas with 0/, 'patch hpa web -p {"spec":{"minReplicas":0}}'],
      ["high", /maxReplicas with null/, 'patch hpa web --type=merge -p {"spec":{"maxReplicas":null}}'],
      ["refused", /ceiling/, 'patch hpa web -p {"spec":{"maxReplicas":500}}'],
      ["high", /scaleTargetRef/, 'patch hpa web -p {"spec":{"scaleTargetRef":{"name":"other"}}}'],
      ["high", /suspend with/, 'patch cj web -p {"spec":{"suspend":null}}'],
      ["high", /hostNetwork/, `patch cj web -p ${ofJob('"hostNetwork":true')}`],
      ["high", /serviceAccountName/, `patch cj web -p ${ofJob('"serviceAccountName":"admin"')}`],
      ["high", /volumes/, `patch cj web -p ${ofJob('"volumes":[{"name":"h","hostPath":{"path":"/"}}]')}`],
      [
        "high",
        /securityContext/,
        `patch cj web -p ${ofJob('"containers":[{"name":"a","securityContext":{"privileged":true}}]')}`,
      ],
      ["high", /command/, `patch cj web -p ${ofJob('"containers":[{"name":"a","command":["sh"]}]')}`],
      [
        "high",
        /hostPID/,
        'patch cj web --type=json -p [{"op":"add","path":"/spec/jobTemplate/spec/template/spec/hostPID","value":true}]',
      ],
      ["refused", /ceiling/, 'patch cj web -p {"spec":{"jobTemplate":{"spec":{"parallelism":500}}}}'],
      ["high", /parallelism/, 'patch cj web -p {"spec":{"jobTemplate":{"spec":{"parallelism":5}}}}'],
      ["high", /jobs are not/, 'patch job web -p {"metadata":{"labels":{"a":"b"}}}'],
      ["medium", /runs/, 'patch deploy web --subresource=scale --type=merge -p {"spec":{"replicas":2}}'],
      [
        "high",
        /replicas with 0/,
        'patch deploy web --subresource=scale --type=merge -p {"spec":{"replicas":0}}',
      ],
      ["refused", /--type is/, "patch deploy web --type=apply -p {}"],
    ],
    builtIn,
  );
});

describe("places and the policy's own rules", () => {
  const places: [environment: string | null, line: string][] = [
    [null, "-n production get pods"],
    ["production", "-n production --context=prod get pods"],
    ["production", "--context prod get pods"],
    ["production", "--context=prod -n anything get pods"],
    ["production", "--context=prod get pods -A"],
    ["staging", "-n staging get pods"],
    ["staging", "get namespace staging"],
    ["lab", "--context=in-cluster get pods"],
    [null, "--context=prod -n staging get pods"],
    [null, "--context=shared -n production get pods"],
    ["staging", "--context=shared -n staging get pods"],
    [null, "-n staging get pods -A"],
    [null, "get pods"],
    [null, "-n other get pods"],
    [null, "-n staging cordon node-1"],
    [null, "-n staging create ns other"],
  ];
  for (const [environment, line] of places) {
    test(`"${line}" is in ${environment ?? "no environment"}`, () => {
      const verdict = judge(commandOf(line), policy, null);
      assert.ok(verdict.decision === "allow", JSON.stringify(verdict));
      assert.equal(verdict.environment, environment);
    });
  }

  judgeAll(
    [
      ["refused", /context "else" is not named/, "--context=else get pods"],
      ["refused", /context "in-cluster"/, "--context=in-cluster get pods"],
    ],
    builtIn,
  );
  judgeAll(
    [
      ["refused", /production refuses kubectl delete/, "-n production delete pod web"],
      ["refused", /production refuses kubectl delete/, "delete pod web -A"],
      ["refused", /production refuses kubectl delete/, "delete pod web"],
      ["refused", /production refuses kubectl delete/, "--context=prod -n staging delete pod web"],
      ["refused", /production refuses kubectl delete/, "-n staging delete ns production"],
      ["high", /deletes/, "-n staging delete pod web"],
      ["refused", /policy refuses kubectl create configmap/, "-n staging create cm c"],
      ["high", /production holds kubectl rollout to be high/, "-n production rollout restart deploy/web"],
      ["medium", /restarts/, "-n staging rollout restart deploy/web"],
      ["high", /policy holds kubectl label to be high/, "-n staging label pods web a=b"],
      ["refused", /not let custom-columns/, "get pods -o custom-columns=A:.a"],
      ["refused", /not let go-template/, "get pods --template={{.}}"],
      ["refused", /not let go-template/, "get pods -o template --template={{.}}"],
      ["low", /reads/, "get pods -o jsonpath={.items[*].kind}"],
      ["high", /protected namespace/, "-n kube-system rollout restart deploy/web"],
      ["high", /protected namespace/, "-n staging label pods a=b --all -A"],
      ["low", /reads/, "-n kube-system get pods"],
      ["refused", /is not a namespace/, "-n kube-system/../x get pods"],
    ],
    policy,
  );

  const images: Case[] = [
    ["medium", /image/, "set image deploy/web app=registry.example.com/team/web:1.2"],
    ["medium", /image/, "set image deploy/web app=REGISTRY.example.com/team/web@sha256:0a"],
    ["medium", /image/, "set image deploy/web app=nginx"],
    ["medium", /image/, "set image deploy/web app=index.docker.io/nginx:1"],
    ["high", /elsewhere/, "set image deploy/web app=registry.example.com/teammate/web"],
    ["high", /elsewhere/, "set image deploy/web app=registry.example.com/team/../x"],
    ["high", /elsewhere/, "set image deploy/web app=registry.example.com:5000/team/web"],
    ["high", /elsewhere/, "set image deploy/web app=someone/web"],
    ["high", /elsewhere/, "set image deploy/web app=nginx side=evil.example.com/x"],
    ["high", /elsewhere/, "create deployment web --image=nginx,evil.example.com/x"],
    ["high", /elsewhere/, "create job web --image=evil.example.com/x"],
    [
      "high",
      /elsewhere/,
      'patch deploy web -p {"spec":{"template":{"spec":{"containers":[{"name":"a","image":"x/y"}]}}}}',
    ],
    [
      "high",
      /elsewhere/,
      'patch cj web -p {"spec":{"jobTemplate":{"spec":{"template":{"spec":{"containers":[{"name":"a","image":"x/y"}]}}}}}}',
    ],
  ];
  judgeAll(
    images.map(([rank, why, line]): Case => [rank, why, `-n staging ${line}`]),
    policy,
  );
});

test("a verdict takes less than 0.2 ms", () => {
  const lines = [
    "-n production get pods -o wide",
    "-n staging set image deployment/web app=registry.example.com/team/web:1.2",
    'patch deploy web -p {"spec":{"template":{"spec":{"hostNetwork":true}}}}',
    "apply -f a.yaml --dry-run=server",
  ].map((line) => commandOf(line));
  // The quickest of many rounds: what else the machine does is no matter of ours.
  let quickest = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 100; round += 1) {
    const start = performance.now();
    for (let again = 0; again < 5; again += 1) for (const command of lines) judge(command, policy, null);
    quickest = Math.min(quickest, (performance.now() - start) / (5 * lines.length));
  }
  assert.ok(quickest < 0.2, `${quickest} ms`);
});

describe("a namespace that only the kubeconfig says", () => {
  const open = policyOf(`
environments:
  production: { namespaces: [default, production] }
  staging: { namespaces: [staging], contexts: [shared] }
unattended: { medium: [staging] }
`);
  const closed = policyOf(`
environments:
  production: { namespaces: [default, production], contexts: [prod] }
  staging: { namespaces: [staging], contexts: [shared] }
`);
  const environmentOf = (line: string, rules: Policy) => {
    const files = new Map([
      ["nowhere.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"],
      ["said.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: staging}\n"],
    ]);
    const verdict = judge(commandOf(`${line} --context=shared`), rules, files);
    assert.ok(verdict.decision === "allow", JSON.stringify(verdict));
    return [verdict.environment, verdict.beside ?? []];
  };
  const changes = [
    "scale deployment/web --replicas=3",
    "rollout restart deployment web",
    "set image deploy/web c=x",
    "label pod x a=b",
    "annotate deploy/x example.com/a=b",
    "create job j --from=cronjob/x",
    "create configmap c --from-literal=a=b",
    "apply -f nowhere.yaml",
    "delete pod x",
    "patch deploy x -p {}",
    "rollout undo widgets.example.com/x",
  ];
  for (const line of changes) {
    test(`"${line}" may be in an environment that any context may have`, () => {
      assert.deepEqual(environmentOf(line, open), [null, ["staging"]]);
      assert.deepEqual(environmentOf(line, closed), ["staging", []]);
    });
  }

  for (const line of [
    "get pods",
    "get pods -A",
    "cordon node-1",
    "apply -f said.yaml",
    `${changes[0]} -n staging`,
  ]) {
    test(`"${line}" is of the context's`, () => {
      assert.deepEqual(environmentOf(line, open), ["staging", []]);
    });
  }
});
