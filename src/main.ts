import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readEnvironment } from "#config/environment.ts";

const LATER = ["doctor", "migrate", "audit verify"];

const HELP = `Greenlight plans infrastructure changes asked for in Slack, has them approved, runs and reviews them.

  npm start                                start, and serve until it is told to stop
  npm run -s greenlight -- COMMAND         one of these commands:
    policy check           judge command lines by the policy: JSON lines in, JSON lines out
    redact                 take secrets out of text, from standard input to standard output
    state CHANGE [NUMBER]  write out a state that terraform could not store for a change
    help, --help           this
    --version              which version this is

Settings are environment variables, or lines of .env. README.md lists them.
`;

const STATE_USE =
  "state takes a change, by the id that stands in full on its card, and a number from 1 to 99 where there are several: npm run -s greenlight -- state CHANGE [NUMBER]";

/** The program: without a command it starts and serves until it is told to stop. Sets the exit code; never throws. */
export async function main(): Promise<void> {
  const command = process.argv.slice(2).join(" ");
  // Each command loads only what it needs: all of the app takes a second, a check of a line none of it.
  if (command === "") return (await import("#app/start.ts")).start(process.env, say);
  if (command === "policy check") return run(command, checkPolicy);
  if (command === "redact") return run(command, redact);
  const [, changeId, number] = /^state (\S+)(?: ([1-9]\d?))?$/u.exec(command) ?? [];
  if (changeId !== undefined) return run("state", (env) => writeState(env, changeId, Number(number ?? 1)));
  if (["help", "--help", "-h"].includes(command)) return print(HELP);
  if (["version", "--version", "-v"].includes(command)) return print(`greenlight ${await version()}\n`);
  if (/^state(?: |$)/u.test(command)) return refuse(STATE_USE);
  const isLater = LATER.some((name) => command.startsWith(name));
  return refuse(
    isLater
      ? `${command}: not available yet.`
      : `${command}: there is no such command. \`npm run -s greenlight -- help\` lists them.`,
  );
}

function refuse(sentence: string): void {
  say(sentence);
  process.exitCode = 2;
}

type Env = Readonly<Record<string, string | undefined>>;

/** One of the other commands: the exit code is what the work comes to, or 1 with a sentence when it throws. */
async function run(name: string, work: (env: Env) => Promise<number>): Promise<void> {
  try {
    process.exitCode = await work(await readEnvironment(".env", process.env));
  } catch (error) {
    say(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

async function checkPolicy(env: Env): Promise<number> {
  const { runPolicyCheck } = await import("#commands/policy-check.ts");
  const policyFile = env["GREENLIGHT_POLICY"] || null;
  return runPolicyCheck({ input: process.stdin, output: process.stdout, policyFile, say });
}

async function redact(env: Env): Promise<number> {
  const { redactCommand } = await import("#commands/redact.ts");
  await redactCommand(env, process.stdin, process.stdout);
  return 0;
}

async function writeState(env: Env, changeId: string, number: number): Promise<number> {
  const { stateCommand } = await import("#commands/state.ts");
  return stateCommand(env, { changeId, number }, process.stdout, say);
}

async function version(): Promise<string> {
  const text = await readFile(join(import.meta.dirname, "..", "package.json"), "utf8");
  const { version: named }: { version: string } = JSON.parse(text);
  return named;
}

function print(text: string): void {
  process.stdout.write(text);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
