import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command, Risk } from "#change/plan.ts";
import { PolicyDocument, withHash } from "#policy/document.ts";
import { judgeTerraform } from "#policy/terraform/terraform.ts";
import type { Verdict } from "#policy/verdict.ts";

const policy = withHash(
  PolicyDocument.parse({
    version: 1,
    environments: {
      production: {
        directories: ["live", "live/eu"],
        deny: ["terraform destroy"],
        raise: { "terraform state": "high" },
      },
      staging: { directories: ["./live/staging/"] },
      one: { directories: ["shared"] },
      two: { directories: ["shared"] },
    },
    raise: { "terraform init": "high" },
  }),
);
const plain = withHash(PolicyDocument.parse({ version: 1 }));

/** "dir$ plan -x" is terraform plan -x in dir; words part at spaces, and ␣ is one in a word. */
function commandOf(line: string): Command {
  const [dir, rest] = line.includes("$ ") ? line.split("$ ", 2) : ["", line];
  const args = (rest ?? "").split(" ").map((word) => word.replaceAll("␣", " "));
  return { tool: "terraform", args, dir: dir ?? "" };
}

const allowed: [risk: Risk, lines: string][] = [
  [
    "low",
    `plan
     plan -input=false -no-color
     net$ plan -out=tfplan
     net$ plan -out ../plans/net.tfplan
     plan --out=plan.out
     plan -destroy
     plan -refresh-only -compact-warnings
     net$ plan -var region=eu -var=size=3 -var-file=prod.tfvars -var-file ../shared/all.tfvars.json
     plan -target=module.a["x␣y"].aws_s3_bucket.b[0] -target=module.b -replace=aws_instance.c
     plan -lock=false -parallelism=4
     plan -lock-timeout=30s -detailed-exitcode -json -refresh=false
     validate -json
     validate -no-tests -no-color
     validate -test-directory=checks
     fmt -check
     fmt -check -recursive modules main.tf
     fmt -write=false
     fmt -write=false -check=false
     show tfplan
     show -no-color plan.out
     show -json=false tfplan
     output
     output -no-color
     output -json=false -raw=false
     state list
     state list -id=i-1 module.a aws_instance.b
     state mv -dry-run a.b a.c
     state rm -dry-run=true a.b
     workspace list
     workspace show
     providers
     providers schema -json
     modules -json
     metadata functions -json
     version
     version -json
     -version
     --version
     -v
     graph
     graph -type=plan -draw-cycles
     graph -plan=tfplan
     -help
     plan -help
     -help plan
     state list --help
     -chdir=net plan`,
  ],
  [
    "medium",
    `init
     init -input=false -lockfile=readonly -no-color
     init -backend=false -get=false -upgrade=false
     init -reconfigure=false -migrate-state=false -test-directory=checks
     get
     get -update=false`,
  ],
  [
    "high",
    `init -upgrade
     init -lock=false
     get -update
     apply -auto-approve
     apply -input=false -auto-approve -no-color
     apply tfplan
     apply plan.out -no-color
     apply -auto-approve=true -destroy
     apply -lock=false tfplan
     apply -auto-approve -refresh-only -var-file=prod.tfvars
     destroy -auto-approve
     destroy -auto-approve -target=aws_instance.a
     refresh -input=false
     import -input=false aws_instance.a i-0123
     import module.a.aws_iam_role.b[0] arn:aws:iam::1:role/x␣y
     taint aws_instance.a[0]
     untaint -allow-missing module.a.aws_instance.b
     state mv a.b module.c.a.b
     state mv -dry-run=false a.b a.c
     state rm a.b a.c
     state replace-provider -auto-approve hashicorp/aws registry.example.com/acme/aws
     force-unlock -force 6638e010-8fb0-46cf-966d-21e806602f3a
     workspace new blue
     workspace select blue
     workspace select -or-create=true blue
     workspace delete blue
     workspace delete -force blue`,
  ],
];

for (const [risk, lines] of allowed) {
  for (const line of lines.split(/\n\s*/)) {
    test(`terraform ${line} is allowed with ${risk} risk`, () => {
      const verdict = judgeTerraform(commandOf(line), plain, null);
      assert.ok(verdict.decision === "allow", JSON.stringify(verdict));
      assert.equal(verdict.risk, risk);
      assert.ok(verdict.reasons.length > 0);
    });
  }
}

const refused: [why: RegExp, lines: string][] = [
  [
    /at a terminal/,
    `apply
     apply -auto-approve=false
     apply -input=false
     destroy
     state replace-provider a/b c/d
     force-unlock abc
     force-unlock -force=false abc`,
  ],
  [
    /is refused: it/,
    `console
     env list
     login
     logout
     test
     state pull
     state push x
     state show a.b
     providers lock
     providers mirror x`,
  ],
  [
    /not on the list of allowed commands/,
    `push
     state
     state foo
     state␣list
     state -no-color list
     workspace
     metadata
     toString
     __proto__
     PLAN
     planx
     pl
     stacks
     rpcapi
     internal-plugin
     `,
  ],
  [
    /clear text|sensitive/,
    "show\nshow -json tfplan\nshow -json=true tfplan\noutput name\noutput -raw name\noutput -json",
  ],
  [/rewrites files/, "fmt\nfmt -check=false\nfmt -write=true main.tf"],
  [/values too/, "fmt -diff\nfmt -check -diff prod.tfvars\nfmt -write=false -diff -recursive"],
  [
    /is refused: /,
    `init -backend-config=x
     init -migrate-state
     init -reconfigure
     init -force-copy
     init -from-module=x
     init -plugin-dir=x
     plan -state=x
     apply -auto-approve -state-out=x
     apply -auto-approve -backup=-
     plan -generate-config-out=x.tf
     import -config=x a.b c
     import -ignore-remote-version a.b c
     output -state=x
     workspace new -state=x y
     plan -chdir=x
     destroy -destroy -auto-approve
     init -target=a.b
     refresh -refresh-only
     workspace show -var=a=b`,
  ],
  [
    /not on its list/,
    `plan -auto-approve
     plan -exclude=a.b
     plan --no-color
     plan -compact-warnings=true
     plan -foo
     plan ---input=false
     validate -input=false
     apply -auto-approve -out=p
     plan -__proto__=1
     init -verify-plugins=false`,
  ],
  [
    /may not stand before the verb/,
    "-no-color plan\n--chdir=x plan\n-chdir x plan\n-chdir=. -chdir=. plan\n-version plan",
  ],
  [
    /is not a directory inside/,
    "-chdir=/etc plan\n-chdir=../.. plan\nnet$ -chdir=../../x plan\n-chdir= plan\n-chdir=~ plan",
  ],
  [
    /stands there twice/,
    "plan -out=a -out=b\nplan -input=false -input=false\napply -auto-approve -auto-approve\nplan --lock=true -lock=false",
  ],
  [
    /behind/,
    "apply tfplan -auto-approve\nshow tfplan -json\nstate rm a.b -lock=false\nworkspace new x -state=y",
  ],
  [
    /one word too many/,
    "plan tfplan\nplan -lock false\napply a b\ndestroy -auto-approve tfplan\nworkspace select a b\ninit dir\nvalidate x\nproviders x",
  ],
  [/is not allowed here/, "plan -\nplan --\napply -- tfplan\nfmt -check -\nplan -=x"],
  [
    /has no value/,
    "plan -out\nplan -out=\nplan -var-file\nplan -out -no-color p\nplan -target -compact-warnings a.b",
  ],
  [
    /must be/,
    "plan -input=true\nplan -input\nplan -input=1\nplan -lock=FALSE\nplan -parallelism=0\nplan -parallelism=0x10\nplan -parallelism=9999\nplan -lock-timeout=-1s\nplan -lock-timeout=999h\nplan -lock-timeout=s\ninit -lockfile=write\nplan -var=x\ngraph -type=validate\nplan -detailed-exitcode=yes",
  ],
  [
    /not a plan's name/,
    "plan -out=/tmp/p\nplan -out=../p\nplan -out=main.tf\nplan -out=.terraform.lock.hcl\nplan -out=.terraform/p\nplan -out=terraform.tfstate\nplan -out=x/\nplan -out=~/p\napply ../tfplan\napply terraform.tfstate\nshow terraform.tfstate.backup\nshow /etc/passwd\ngraph -plan=/x\nplan -out=c:\\p",
  ],
  [
    /-var-file/,
    "plan -var-file=/etc/x.tfvars\nplan -var-file=../x.tfvars\nplan -var-file=secrets.txt\nplan -var-file=terraform.tfstate\nnet$ plan -var-file=../../x.tfvars\nplan -var-file=https://x/y.tfvars",
  ],
  [/address/, "plan -target=;rm\ntaint ../x\nstate rm a.b$(x)\nimport ; y\nplan -replace=a..b"],
  [/plain name/, "workspace new a;b\nforce-unlock -force a*b\nworkspace new ..\nworkspace select a/../b"],
  [/not a place/, "fmt -check /etc\nfmt -check ../x\ninit -test-directory=/x\nvalidate -test-directory=.."],
  [
    /needs .* behind its flags/,
    "state mv a.b\nimport a.b\nworkspace new\nforce-unlock -force\ntaint\nstate rm",
  ],
  [/ask for help alone/, "apply -auto-approve -help\nplan -var -help\n-chdir=x plan -h\nstate rm a.b -help"],
];

for (const [why, lines] of refused) {
  for (const line of lines.split(/\n\s*/)) {
    test(`terraform ${line} is refused`, () => {
      const verdict = judgeTerraform(commandOf(line), plain, null);
      assert.ok(verdict.decision === "deny", JSON.stringify(verdict));
      assert.match(verdict.reasons.join(), why);
    });
  }
}

function judgeIn(line: string, rules = policy): Extract<Verdict, { decision: "allow" }> {
  const verdict = judgeTerraform(commandOf(line), rules, null);
  assert.ok(verdict.decision === "allow", JSON.stringify(verdict));
  return verdict;
}

test("a root belongs to the environment that names it or the nearest directory above it", () => {
  const environments = {
    "live$ plan": "production",
    "live/us/net$ plan": "production",
    "live/eu/net$ plan": "production",
    "live/staging$ plan": "staging",
    "live/staging/net$ plan": "staging",
    "live/stagingx$ plan": "production",
    "lively$ plan": null,
    "$ plan": null,
    "shared/x$ plan": null,
    "live$ -chdir=staging/net plan": "staging",
    "live/staging$ -chdir=.. plan": "production",
    "live/x/../staging/.$ plan": "staging",
  };
  for (const [line, environment] of Object.entries(environments)) {
    assert.equal(judgeIn(line).environment, environment, line);
  }
});

test("a line reads its root as a tree, and files outside of it by name", () => {
  const reads = (line: string) => judgeIn(line, plain).reads;
  assert.deepEqual(reads("net/$ plan -var-file=../all.tfvars -var-file=own.tfvars"), [
    { path: "net", kind: "tree" },
    { path: "all.tfvars", kind: "file" },
  ]);
  assert.deepEqual(reads("$ -chdir=net/./x plan"), [{ path: "net/x", kind: "tree" }]);
  assert.deepEqual(reads("net$ apply ../plans/net.tfplan"), [
    { path: "net", kind: "tree" },
    { path: "plans/net.tfplan", kind: "file" },
  ]);
  assert.deepEqual(reads("net$ fmt -check ../other ../one.tf"), [
    { path: "net", kind: "tree" },
    { path: "other", kind: "tree" },
    { path: "one.tf", kind: "file" },
  ]);
  assert.deepEqual(reads("net$ version"), []);
});

test("the policy refuses and raises verbs, everywhere or in an environment, whatever they are called", () => {
  assert.equal(judgeIn("init").risk, "high");
  assert.equal(judgeIn("live$ state list").risk, "high");
  assert.equal(judgeIn("live/staging$ state list").risk, "low");
  assert.match(judgeIn("live$ state list").reasons.join(), /the policy counts terraform state as high/);
  for (const line of [
    "live$ destroy -auto-approve",
    "live$ apply -destroy -auto-approve",
    "live$ -chdir=x destroy -auto-approve",
  ]) {
    const verdict = judgeTerraform(commandOf(line), policy, null);
    assert.match(verdict.reasons.join(), /the policy refuses terraform destroy/, line);
    assert.equal(verdict.decision, "deny", line);
  }
  assert.equal(judgeIn("live/staging$ destroy -auto-approve").risk, "high");
  const noApply = withHash(
    PolicyDocument.parse({ version: 1, deny: ["terraform apply", "terraform refresh"] }),
  );
  for (const line of [
    "apply tfplan",
    "destroy -auto-approve",
    "apply -refresh-only -auto-approve",
    "refresh",
  ]) {
    assert.equal(judgeTerraform(commandOf(line), noApply, null).decision, "deny", line);
  }
});

test("where the policy lists directories, nothing runs in or reads another one", () => {
  const narrow = withHash(PolicyDocument.parse({ version: 1, directories: ["live/", "shared"] }));
  for (const line of [
    "live/x$ plan -var-file=../../shared/a.tfvars",
    "$ -chdir=live plan",
    "live$ plan -out=p",
  ]) {
    assert.equal(judgeTerraform(commandOf(line), narrow, null).decision, "allow", line);
  }
  for (const line of [
    "$ plan",
    "lively$ plan",
    "live$ -chdir=.. plan",
    "live$ plan -var-file=../a.tfvars",
    "live$ plan -out=../p",
    "live$ fmt -check ..",
    "live$ version -json -x",
  ]) {
    assert.equal(judgeTerraform(commandOf(line), narrow, null).decision, "deny", line);
  }
});

test("values and plans of another environment are not run by the rules of the root's", () => {
  const foreign = [
    "live/staging$ plan -var-file=../prod.tfvars",
    "live/staging$ plan -var-file ../prod.tfvars",
    "live/staging$ plan --var-file=own.tfvars -var-file=../eu/all.tfvars.json",
    "live/staging$ apply -auto-approve -var-file=../prod.tfvars",
    "live/staging$ apply ../prod.tfplan",
    "live/staging$ show ../eu/x.tfplan",
    "live/staging$ graph -plan=../x.tfplan",
    "$ -chdir=live/staging plan -var-file=../prod.tfvars",
    "live/eu$ import -var-file=../staging/s.tfvars a.b c",
    "live$ refresh -var-file=staging/s.tfvars",
  ];
  for (const line of foreign) {
    const verdict = judgeTerraform(commandOf(line.replace(/^\$ /, "")), policy, null);
    assert.equal(verdict.decision, "deny", line);
    assert.match(verdict.reasons.join(), /lies in a directory of/, line);
  }
});

test("a root of no environment is of those whose values it is given", () => {
  const given: [line: string, beside: string[] | undefined][] = [
    ["net$ plan -var-file=../live/prod.tfvars", ["production"]],
    ["net$ plan -var-file=../live/prod.tfvars -var-file=../live/staging/s.tfvars", ["production", "staging"]],
    ["net$ plan -var-file=own.tfvars", undefined],
    ["live/staging$ plan -var-file=../staging/own.tfvars", undefined],
    ["live/staging$ plan -var-file=../../common.tfvars", undefined],
    ["live/eu$ plan -var-file=../prod.tfvars", undefined],
  ];
  for (const [line, beside] of given) {
    const verdict = judgeTerraform(commandOf(line), policy, null);
    assert.ok(verdict.decision === "allow", line);
    assert.deepEqual(verdict.beside, beside, line);
    if (beside !== undefined) assert.equal(verdict.environment, null, line);
  }
});
