import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { judge } from "#policy/judge.ts";
import { parsePolicy } from "#policy/read-policy.ts";

const parsed = parsePolicy("version: 1\nenvironments: { staging: { namespaces: [staging] } }");
assert.ok(parsed.ok);
const { policy } = parsed;

/** Words are apart by blanks; `·` stands for a blank within a word. */
function judged(line: string) {
  const args = line.split(" ").map((word) => word.replaceAll("·", " "));
  return judge({ tool: "kubectl", args, dir: "" }, policy, null);
}

const CONTAINER = ".spec.template.spec.containers[0]";

describe("what people on call ask for is printed", () => {
  const lines = [
    "get deploy x -o jsonpath={.spec.replicas}",
    "get deploy x -o jsonpath={.status.readyReplicas}",
    "get pods -o jsonpath={.items[*].metadata.name}",
    'get pods -o jsonpath={range·.items[*]}{.metadata.name}{"\\t"}{.status.startTime}{"\\n"}{end}',
    'get nodes -o jsonpath={.items[*].status.addresses[?(@.type=="ExternalIP")].address}',
    "get pods -o jsonpath={.items[*].spec['initContainers',·'containers'][*].image}",
    "get pods -o jsonpath={range·.items[*].status.containerStatuses[*]}{.restartCount}{end}",
    "get pods -o jsonpath-as-json={.items[*].metadata.name}",
    "get pods -o jsonpath --template={.items[0].metadata.name}",
    "get pods -o jsonpath={.items[*].metadata.labels.app\\.kubernetes\\.io/name}",
    "get deploy x -o jsonpath={.metadata.annotations.deployment\\.kubernetes\\.io/revision}",
    `get deploy x -o jsonpath={${CONTAINER}.env[*].name}`,
    `get deploy x -o jsonpath={${CONTAINER}.resources}`,
    "get svc x -o jsonpath={.spec.ports[0].nodePort}",
    "get svc x -o jsonpath={.status.loadBalancer.ingress[0].ip}",
    "get widgets.example.com x -o jsonpath={.status.conditions[?(@.type=='Ready')].status}",
    "get pods -o custom-columns=NAME:.metadata.name,NODE:.spec.nodeName",
    "get pods -o custom-columns=DATA:spec.containers[*].image",
    'get pods -o go-template={{range·.items}}{{.metadata.name}}{{"\\n"}}{{end}}',
    'get pods -o go-template={{range·.items}}{{printf·"%s·%s\\n"·.metadata.name·.status.phase}}{{end}}',
    'get pod x -o go-template={{index·.metadata.labels·"app.kubernetes.io/name"}}',
    "get pod x --template={{if·.status.podIP}}{{.status.podIP}}{{else}}none{{end}}",
    "get pods -o go-template={{len·.items}}",
    "events -o custom-columns=WHY:.reason,WHAT:.message",
    "auth whoami -o jsonpath={.status.userInfo.username}",
    "get cm settings -o yaml",
    "get deploy x -o json",
    "get pods --sort-by=.status.containerStatuses[0].restartCount",
    "wait pod/x --for=jsonpath={.status.phase}=Running",
    'wait pod/x --for=jsonpath={.status.conditions[?(@.type=="Ready")].status}=True',
  ];
  for (const line of lines) {
    test(line, () => {
      const verdict = judged(line);
      assert.ok(verdict.decision === "allow" && verdict.risk === "low", JSON.stringify(verdict));
    });
  }
});

describe("a value is not printed without its name", () => {
  const lines = [
    `get deploy x -o jsonpath={${CONTAINER}.env[0].value}`,
    `get deploy x -o jsonpath={${CONTAINER}}`,
    "get deploy x -o jsonpath={.spec}",
    "get deploy x -o jsonpath={..value}",
    "get deploy x -o jsonpath={.*}",
    "get deploy x -o jsonpath={@}",
    "get deploy x -o jsonpath={$}",
    "get deploy x -o jsonpath={}",
    `get deploy x -o jsonpath={${CONTAINER}['args']}`,
    `get deploy x -o jsonpath={${CONTAINER}["image","command"]}`,
    "get deploy x -o jsonpath={.metadata.annotations}",
    "get deploy x -o jsonpath={.metadata.annotations.token}",
    `get deploy x -o jsonpath={range·${CONTAINER}.env[*]}{.name}={.value}{end}`,
    `get deploy x -o jsonpath={range·${CONTAINER}}{@}{end}`,
    "get pods -o jsonpath={range·.status.conditions[*]}{end}{.foo}",
    'get deploy x -o jsonpath={.spec.template.spec.containers[?(@.env[0].value=="a")].name}',
    'get deploy x -o jsonpath={"{"}{.spec}{"}"}',
    'get deploy x -o jsonpath={"\\"}{.spec}{"}',
    `get deploy x -o jsonpath-as-json={${CONTAINER}.env[*].value}`,
    "get deploy x -o jsonpath --template={.spec}",
    "get cm x -o jsonpath={.data}",
    "get cm x -o jsonpath={.data.name}",
    "get cm -o jsonpath={.items[*].data.image}",
    `get deploy x -o custom-columns=N:${CONTAINER}.env[*].name,V:${CONTAINER}.env[*].value`,
    "get deploy x -o custom-columns=A:.spec",
    "get deploy x -o custom-columns=A:{range·.spec}",
    "get deploy x -o go-template={{.}}",
    "get deploy x --template={{.spec}}",
    "get deploy x -o template --template={{.spec}}",
    'get deploy x -o go-template={{printf·"%x"·.spec}}',
    'get deploy x -o go-template={{printf·"%x"·.status.message}}',
    "get deploy x -o go-template={{range·$k,$v:=·.data}}{{$v}}{{end}}",
    "get deploy x -o go-template={{with·.spec}}{{.}}{{end}}",
    "get pods -o go-template={{range·.status.conditions}}{{else}}{{.foo}}{{end}}",
    "get deploy x -o go-template={{(index·.spec.template.spec.containers·0).env}}",
    'get cm x -o go-template={{index·.data·"x"}}',
    "get cm x -o go-template={{base64decode·.data.x}}",
    "get deploy x -o go-template={{`{{`}}{{.spec}}",
    'get deploy x -o go-template={{.spec|printf·"%v"}}',
    'get deploy x -o go-template={{define·"a"}}{{.}}{{end}}{{template·"a"·.spec}}',
    "get widgets.example.com x -o jsonpath={.spec.password}",
    "get widgets.example.com x -o jsonpath={.spec.image}",
    "get widgets.example.com x -o jsonpath={.status.password}",
    `scale deploy x --replicas=2 -o jsonpath={${CONTAINER}.env}`,
    "create deploy x --image=nginx --dry-run=client -o go-template={{.spec}}",
    "describe cm x",
    "describe deploy/x configmaps/y",
  ];
  for (const line of lines) {
    test(line, () => {
      const verdict = judged(line);
      assert.equal(verdict.decision, "deny", JSON.stringify(verdict));
      assert.match(verdict.reasons.join(), /-o json or -o yaml|get configmap NAME -o yaml/);
    });
  }
});

describe("neither an order nor a wait tells a hidden value", () => {
  for (const line of [
    "get pods --sort-by=.spec.containers[0].env[0].value",
    "get cm --sort-by=.data.x",
    "get pods --sort-by={.metadata.annotations}",
    `wait deploy/x --for=jsonpath={${CONTAINER}.env[0].value}=guess`,
    "wait cm/x --for=jsonpath={.data.x}=guess",
    "wait cm/x --for=JSONPath=.data.x=guess",
    'wait deploy/x --for=jsonpath={.spec.template.spec.containers[?(@.env[0].value=="a")].name}',
  ]) {
    test(line, () => assert.equal(judged(line).decision, "deny"));
  }
});

describe("no format prints a file of the workspace", () => {
  for (const line of [
    "get pods -n production -o go-template-file=network/prod.auto.tfvars",
    "get pods -o jsonpath-file=.env",
    "get pods -o custom-columns-file=notes.txt",
    "get pods -o templatefile --template=.env",
    "get pods -o go-template-file --template=.env",
    "events -o jsonpath-file=.env",
    "version -o go-template-file=.env",
    "rollout history deploy/x -o jsonpath-file=.env",
    "api-resources -o go-template-file=.env",
    "auth whoami -o go-template-file=.env",
    "scale deploy x --replicas=2 --dry-run=client -o jsonpath-file=.env",
    "config view -o jsonpath-file=.env",
  ]) {
    test(line, () => {
      const verdict = judged(line);
      assert.equal(verdict.decision, "deny");
      assert.match(verdict.reasons.join(), /would print a file/);
    });
  }
});
