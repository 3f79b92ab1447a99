import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it, test } from "node:test";
import { SEES_NOTHING } from "#execution/box/view.ts";
import { createGivenTo, secretVariables } from "#execution/child-environment.ts";
import { STOP_GROUP } from "#execution/process/process-group.ts";
import { runCommand } from "#execution/process/run-command.ts";
import { changeDirOf } from "#execution/workspace/scratch.ts";
import { builtInPolicy, type Policy } from "#policy/document.ts";
import { parsePolicy } from "#policy/read-policy.ts";

type Env = { [name: string]: string };

/** A bot's environment as it may be, with secrets of every kind. */
const BOT: Env = {
  PATH: `/usr/bin::.:relative/bin:/bin`,
  USER: "greenlight",
  LANG: "C.UTF-8",
  SLACK_BOT_TOKEN: "xoxb-1",
  ANTHROPIC_API_KEY: "sk-ant-1",
  GREENLIGHT_API_TOKENS: "a:requester:s",
  GREENLIGHT_ENCRYPTION_KEY: "k",
  DATABASE_URL: "postgres://u:p@h/d",
  PGPASSWORD: "p",
  LANGSMITH_API_KEY: "l",
  LANGCHAIN_API_KEY: "l",
  AWS_PROFILE: "prod",
  AWS_SECRET_ACCESS_KEY: "aws",
  GOOGLE_APPLICATION_CREDENTIALS: "/g.json",
  TF_CLI_ARGS_apply: "-auto-approve",
  TF_VAR_size: "3",
  LD_PRELOAD: "/evil.so",
  NODE_OPTIONS: "--require=/evil.js",
  KUBECTL_EXTERNAL_DIFF: "evil",
  KUBERNETES_SERVICE_HOST: "10.0.0.1",
  KUBERNETES_SERVICE_PORT: "443",
};

const BARE = [
  "CHECKPOINT_DISABLE",
  "HOME",
  "KUBECACHEDIR",
  "KUBECONFIG",
  "KUBERC",
  "LANG",
  "PATH",
  "TF_CLI_CONFIG_FILE",
  "TF_INPUT",
  "TF_IN_AUTOMATION",
];

const RULES = `version: 1
environments:
  production:
    variables: [AWS_*, TF_VAR_size]
    home_paths: [.aws, .terraformrc]
  staging:
    variables: [GOOGLE_APPLICATION_CREDENTIALS]
  pod:
    in_cluster: true
  missing:
    home_paths: [.config/gcloud]
`;

describe("what a command gets of the bot's environment", () => {
  let folder: string;
  let dataDir: string;
  let botHome: string;
  let policy: Policy;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "greenlight-env-"));
    dataDir = join(folder, "data");
    botHome = join(folder, "home");
    await mkdir(join(botHome, ".aws", "sso"), { recursive: true });
    await writeFile(join(botHome, ".aws", "config"), "[default]\n");
    await writeFile(join(botHome, ".terraformrc"), "");
    await writeFile(join(botHome, ".ssh-key"), "not listed");
    const parsed = parsePolicy(RULES);
    assert.ok(parsed.ok, JSON.stringify(parsed));
    policy = parsed.policy;
  });
  after(() => rm(folder, { recursive: true }));

  async function envOf(
    environment: string | null,
    changeId: string = randomUUID(),
    kubeconfig: string | null = null,
  ) {
    const givenTo = createGivenTo({
      dataDir,
      policy,
      inherited: { ...BOT, HOME: botHome },
      kubeconfig,
      sees: SEES_NOTHING,
    });
    return (await givenTo(changeId, environment, "kubectl")).env;
  }

  it("is the bare list where the policy names no environment, as a real process sees it: none of the bot's secrets", async () => {
    const seen = await seenBy(await envOf(null));
    assert.deepEqual(Object.keys(seen).toSorted(), BARE);
    assert.doesNotMatch(JSON.stringify(seen), /xoxb|sk-ant|postgres:|evil|aws|greenlight"/);
    assert.deepEqual(
      await seenBy(await envOf("an environment nobody named")).then(Object.keys),
      Object.keys(seen),
    );
  });

  it("has more by environment, by name and by beginning, and never from another environment", async () => {
    const more = async (environment: string) =>
      Object.keys(await seenBy(await envOf(environment)))
        .filter((name) => !BARE.includes(name))
        .toSorted();
    assert.deepEqual(await more("production"), ["AWS_PROFILE", "AWS_SECRET_ACCESS_KEY", "TF_VAR_size"]);
    assert.deepEqual(await more("staging"), ["GOOGLE_APPLICATION_CREDENTIALS"]);
  });

  it("never holds the bot's secrets or what changes the program that runs, also when rules list them", async () => {
    const variables = Object.keys(BOT);
    const rules = {
      ...builtInPolicy,
      environments: { all: { ...policy.environments["staging"], variables } },
    };
    const loose = { ...policy, ...rules } as Policy;
    const { env } = await createGivenTo({
      dataDir,
      policy: loose,
      inherited: BOT,
      kubeconfig: null,
      sees: SEES_NOTHING,
    })(randomUUID(), "all", "kubectl");
    const given = Object.keys(env).filter((name) => !BARE.includes(name));
    assert.deepEqual(given.toSorted(), [
      "AWS_PROFILE",
      "AWS_SECRET_ACCESS_KEY",
      "GOOGLE_APPLICATION_CREDENTIALS",
      "KUBERNETES_SERVICE_HOST",
      "KUBERNETES_SERVICE_PORT",
      "TF_VAR_size",
      "USER",
    ]);
  });

  it("looks for programs in absolute directories only: a workspace file called kubectl is not run", async () => {
    assert.equal((await envOf(null))["PATH"], "/usr/bin:/bin");
  });

  it("has a home of its own, the same each time, with read-only copies of what the environment lists", async () => {
    const changeId = randomUUID();
    const env = await envOf("production", changeId);
    const home = env["HOME"] ?? "";
    assert.ok(home.startsWith(changeDirOf(dataDir, changeId).home));
    assert.equal(await readFile(join(home, ".aws/config"), "utf8"), "[default]\n");
    assert.equal((await stat(join(home, ".aws/config"))).mode & 0o777, 0o400);
    assert.equal((await stat(home)).mode & 0o777, 0o700);
    await assert.rejects(stat(join(home, ".ssh-key")), /ENOENT/);
    assert.equal(env["TF_CLI_CONFIG_FILE"], join(home, ".terraformrc"));
    const { ino } = await stat(join(home, ".aws/config"));
    await writeFile(join(home, "cache"), "");
    assert.deepEqual(await envOf("production", changeId), env);
    assert.equal((await stat(join(home, ".aws/config"))).ino, ino);
    await writeFile(join(botHome, ".aws/config"), "[other]\n");
    await Promise.all(Array.from({ length: 5 }, () => envOf("production", changeId)));
    assert.equal(await readFile(join(home, ".aws/config"), "utf8"), "[other]\n");
    await writeFile(join(botHome, ".aws/config"), "[default]\n");
    const other = await envOf("staging", changeId);
    assert.notEqual(other["HOME"], home);
    assert.equal(other["TF_CLI_CONFIG_FILE"], "/dev/null");
  });

  it("puts nothing where a command of the change has left a link to", async () => {
    const changeId = randomUUID();
    const { HOME: home = "" } = await envOf("production", changeId);
    const outside = await mkdtemp(join(tmpdir(), "greenlight-outside-"));
    try {
      await rm(join(home, ".aws"), { recursive: true });
      await symlink(outside, join(home, ".aws"));
      await assert.rejects(envOf("production", changeId), { name: "EnvironmentError" });
      assert.deepEqual(await readdir(outside), []);
    } finally {
      await rm(outside, { recursive: true });
    }
  });

  it("says what is wrong with what it should copy: missing, out of the home, too large", async () => {
    await assert.rejects(
      envOf("missing"),
      /home_paths of the environment missing .*\.config\/gcloud is not there/,
    );
    await symlink(join(folder, "data"), join(botHome, ".aws/away"));
    await assert.rejects(envOf("production"), /\.aws\/away is a link that leaves/);
    await rm(join(botHome, ".aws/away"));
    await writeFile(join(botHome, ".aws/big"), "");
    await truncate(join(botHome, ".aws/big"), 10 * 1_024 * 1_024 + 1);
    await assert.rejects(envOf("production"), /\.aws\/big does not fit into the 10485760 bytes/);
    await rm(join(botHome, ".aws/big"));
  });

  it("names the cluster: what is configured, the pod's own as a context, or none", async () => {
    assert.equal((await envOf(null, randomUUID(), "/k/a:/k/b"))["KUBECONFIG"], "/k/a:/k/b");
    assert.equal((await envOf(null))["KUBECONFIG"], "/dev/null");
    const beside = (await envOf("pod", randomUUID(), "/k/a"))["KUBECONFIG"]?.split(":") ?? [];
    assert.equal(beside[0], "/k/a");
    const config = JSON.parse(await readFile(beside[1] ?? "", "utf8"));
    assert.deepEqual(
      config.contexts.map((one: { name: string }) => one.name),
      ["in-cluster"],
    );
    assert.equal(config.clusters[0].cluster.server, "https://10.0.0.1:443");
    assert.equal(config.users[0].user.tokenFile, "/var/run/secrets/kubernetes.io/serviceaccount/token");
    assert.equal(config["current-context"], undefined);
    const only = JSON.parse(await readFile((await envOf("pod"))["KUBECONFIG"] ?? "", "utf8"));
    assert.equal(only["current-context"], "in-cluster");
    const outside = createGivenTo({
      dataDir,
      policy,
      inherited: { PATH: "/bin" },
      kubeconfig: null,
      sees: SEES_NOTHING,
    });
    await assert.rejects(outside(randomUUID(), "pod", "kubectl"), /does not run in a Kubernetes pod/);
  });

  it("cannot be widened by a policy: the file's fault names its line", () => {
    const entries = [
      "SLACK_BOT_TOKEN",
      "GREENLIGHT_*",
      "A*",
      "P*",
      "PG*",
      "DATABASE_URL",
      "LD_PRELOAD",
      "TF_*",
      "slack_x",
      "KUBECONFIG",
      "HOME",
    ];
    for (const entry of entries) {
      const parsed = parsePolicy(`version: 1\nenvironments:\n  e: { variables: ["${entry}"] }\n`);
      assert.match(
        parsed.ok ? `${entry} was taken` : parsed.faults.join(),
        /^line 3, .*Greenlight's own secrets/,
      );
    }
    for (const entry of ["AWS_*", "GOOGLE_*", "ARM_*", "HTTPS_PROXY", "TF_VAR_*", "SSL_CERT_FILE"]) {
      const parsed = parsePolicy(`version: 1\nenvironments:\n  e: { variables: ["${entry}"] }\n`);
      assert.ok(parsed.ok, JSON.stringify(parsed));
    }
  });
});

/** The environment as a process started by the hands finds it. */
async function seenBy(env: Record<string, string>): Promise<Env> {
  const lines: string[] = [];
  const end = await runCommand({
    boxed: { argv: [process.execPath, "-p", "JSON.stringify(process.env)"], cwd: tmpdir(), env },
    deadlineMs: 20_000,
    stop: STOP_GROUP,
    signal: new AbortController().signal,
    onStarted: async () => undefined,
    onLine: (_, line) => lines.push(line.text),
  });
  assert.equal(end.outcome, "done");
  return JSON.parse(lines.join(""));
}

test("a variable the policy gives to commands is a secret of the bot's where its name says so", () => {
  const parsed = parsePolicy("version: 1\nenvironments: { production: { variables: ['AWS_*'] } }");
  assert.ok(parsed.ok);
  const inherited = {
    AWS_REGION: "eu-west-1",
    AWS_SECRET_ACCESS_KEY: "not-a-real-one",
    OTHER_PASSWORD: "another",
  };
  assert.deepEqual(secretVariables(parsed.policy, inherited), ["not-a-real-one"]);
});
