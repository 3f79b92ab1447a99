import { startApp } from "./app.ts";
import { readConfig, secretsOf } from "./config.ts";
import { readEnvironment } from "./environment.ts";
import { createRedact } from "./execution/redact.ts";
import { SetupError } from "./ground.ts";
import { createLog } from "./observe/log.ts";
import { SlackSetupError } from "./slack/identity.ts";

const LATER = ["doctor", "migrate", "policy check", "redact", "audit verify"];

/** The program: without a command it starts and serves until it is told to stop. Sets the exit code; never throws. */
export async function main(): Promise<void> {
  const command = process.argv.slice(2).join(" ");
  if (command !== "") {
    const known = LATER.some((name) => command.startsWith(name));
    say(
      known
        ? `${command}: not available yet.`
        : `${command}: there is no such command. Known: ${LATER.join(", ")}.`,
    );
    process.exitCode = 2;
    return;
  }
  const env = await readEnvironment(".env", process.env).catch((error: Error) => error);
  const read = env instanceof Error ? { ok: false as const, faults: [env.message] } : readConfig(env);
  if (!read.ok) {
    say(`Greenlight cannot start with these settings:\n  ${read.faults.join("\n  ")}`);
    process.exitCode = 1;
    return;
  }
  const log = createLog(createRedact(secretsOf(read.config)));
  try {
    const app = await startApp(read.config, log);
    const open = app.page === null ? [] : [`Open the playground: ${app.page}`];
    const lines = [...app.lines, `Greenlight serves its API at ${app.address}`, ...open];
    process.stdout.write(`${lines.join("\n")}\n`);
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void app.stop());
  } catch (error) {
    if (error instanceof SetupError || error instanceof SlackSetupError) say(error.message);
    else log.fatal({ err: error }, "Greenlight could not start");
    process.exitCode = 1;
  }
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
