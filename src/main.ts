import { readEnvironment } from "./environment.ts";

const LATER = ["doctor", "migrate", "audit verify"];
const KNOWN = ["policy check", "redact", "state CHANGE_ID"];

/** The program: without a command it starts and serves until it is told to stop. Sets the exit code; never throws. */
export async function main(): Promise<void> {
  const command = process.argv.slice(2).join(" ");
  // Each command loads only what it needs: all of the app takes a second, a check of a line none of it.
  if (command === "") return (await import("./start.ts")).start(process.env, say);
  if (command === "policy check") return checkPolicy();
  if (command === "redact") return redact();
  const [, changeId] = /^state (\S+)$/u.exec(command) ?? [];
  if (changeId !== undefined) return writeState(changeId);
  const isLater = LATER.some((name) => command.startsWith(name));
  say(
    isLater
      ? `${command}: not available yet.`
      : `${command}: there is no such command. Known: ${KNOWN.join(", ")}.`,
  );
  process.exitCode = 2;
}

async function checkPolicy(): Promise<void> {
  try {
    const env = await readEnvironment(".env", process.env);
    const { runPolicyCheck } = await import("./policy-check.ts");
    process.exitCode = await runPolicyCheck({
      input: process.stdin,
      output: process.stdout,
      policyFile: env["GREENLIGHT_POLICY"] || null,
      say,
    });
  } catch (error) {
    say(`policy check: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

async function redact(): Promise<void> {
  try {
    const env = await readEnvironment(".env", process.env);
    const { redactCommand } = await import("./redact-command.ts");
    await redactCommand(env, process.stdin, process.stdout);
  } catch (error) {
    say(`redact: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

async function writeState(changeId: string): Promise<void> {
  try {
    const env = await readEnvironment(".env", process.env);
    const { stateCommand } = await import("./state-command.ts");
    process.exitCode = await stateCommand(env, changeId, process.stdout, say);
  } catch (error) {
    say(`state: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
