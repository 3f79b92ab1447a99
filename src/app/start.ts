import { readConfig, secretsOf } from "#config/config.ts";
import { readEnvironment } from "#config/environment.ts";
import { createLog } from "#observe/log.ts";
import { createRedact } from "#redact/redact.ts";
import { createRedactJson } from "#redact/value.ts";
import { SlackSetupError } from "#slack/client/identity.ts";
import { SchemaError } from "#store/postgres/apply-migration.ts";
import { startApp } from "./app.ts";
import { SetupError } from "./setup-error.ts";
import { stopOnSignals } from "./stop-signals.ts";
import type { Leaving } from "./stopping.ts";

/** Starts with the settings of the environment and serves until it is told to stop. Sets the exit code; never throws. */
export async function start(
  inherited: Readonly<Record<string, string | undefined>>,
  say: (text: string) => void,
): Promise<void> {
  const env = await readEnvironment(".env", inherited).catch((error: Error) => error);
  const read = env instanceof Error ? { ok: false as const, faults: [env.message] } : readConfig(env);
  if (!read.ok) {
    say(`Greenlight cannot start with these settings:\n  ${read.faults.join("\n  ")}`);
    process.exitCode = 1;
    return;
  }
  let redact = createRedactJson(createRedact(secretsOf(read.config)));
  const log = createLog((line) => redact(line));
  const onSecrets = (secrets: readonly string[]): void => {
    redact = createRedactJson(createRedact(secrets));
  };
  let hasBegun = false;
  const begun = Promise.withResolvers<Leaving>();
  const told = stopOnSignals(begun.promise);
  const onBegun = (leaving: Leaving): void => {
    hasBegun = true;
    begun.resolve(leaving);
  };
  try {
    const app = await startApp(read.config, log, { onBegun, onSecrets });
    const open = app.page === null ? [] : [`Open the playground: ${app.page}`];
    const lines = [...app.lines, `Greenlight serves its API at ${app.address}`, ...open];
    process.stdout.write(`${lines.join("\n")}\n`);
  } catch (error) {
    // What it was still waiting for at the start was given up for the stop.
    if (told.isTold() && hasBegun) return;
    if (isSetup(error)) say(`Greenlight cannot start. ${error.message}`);
    else log.fatal({ err: error }, "Greenlight could not start");
    process.exitCode = 1;
  }
}

/** What whoever runs Greenlight can mend: its sentence says how, and a stack would hide it. */
function isSetup(error: unknown): error is Error {
  return [SetupError, SlackSetupError, SchemaError].some((kind) => error instanceof kind);
}
