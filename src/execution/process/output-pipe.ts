import { closeSync, constants, openSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { Socket } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { execa } from "execa";
import type { StepKey } from "#change/journal.ts";
import { EnvironmentError } from "#execution/environment-error.ts";

/** Two named pipes that a command prints into. */
export type OutputPipes = { out: string; err: string };

/** What is read of them, and the ends that the command is given. */
type Opened = { stdout: Readable; stderr: Readable; given: [out: number, err: number] };

/**
 * Makes the pipes of one command in a directory of the change's own. A pipe of Node's own ends with Node: after a kill -9
 * terraform died at its next line, and its state with it (measured: 0 bytes). These are opened by the command for reading
 * too, so that it goes on whoever else is there.
 */
export async function makeOutputPipes(directory: string, name: string): Promise<OutputPipes> {
  const pipes = outputPipesOf(directory, name);
  await removeOutputPipes(pipes);
  // Node cannot make one.
  const made = await execa("mkfifo", ["-m", "600", pipes.out, pipes.err], { reject: false, stdin: "ignore" });
  if (made.exitCode === 0) return pipes;
  throw new EnvironmentError(
    `The pipes that a command prints into could not be made in ${directory} (mkfifo: ${made.code ?? made.stderr}). Greenlight needs the program mkfifo and a directory (GREENLIGHT_DATA) that takes named pipes.`,
  );
}

/** The name of one attempt's pipes. */
export function outputNameOf({ revision, step, direction, attempt }: StepKey): string {
  return `${revision}-${step}-${direction}-${attempt}`;
}

/** Where the pipes of this name are. */
function outputPipesOf(directory: string, name: string): OutputPipes {
  return { out: join(directory, `${name}.out`), err: join(directory, `${name}.err`) };
}

/** Takes them away; what a command still prints then goes nowhere, and blocks it when it is much. */
export async function removeOutputPipes({ out, err }: OutputPipes): Promise<void> {
  await Promise.all([out, err].map((path) => rm(path, { force: true })));
}

/** Opens them for a command: what it prints is read until it and all that it started have ended. `given` are to be closed after the spawn. */
export function openOutputPipes({ out, err }: OutputPipes): Opened {
  // For reading too, so that it never writes into a pipe nobody reads; and first, so that the other end sees no end before the beginning.
  const given: Opened["given"] = [openSync(out, constants.O_RDWR), openSync(err, constants.O_RDWR)];
  return { stdout: readPipe(out), stderr: readPipe(err), given };
}

/** Closes the command's ends here: it has its own. */
export function closeGiven(given: readonly number[]): void {
  for (const fd of given) closeSync(fd);
}

/**
 * Reads on what commands of an instance that died still print, so that none of them waits for a reader while it stores its
 * state. The lines are not kept: what stood before them decides whether they are part of a secret, and nobody knows it any
 * more. The function that is returned ends that, and takes the pipes away.
 */
export async function drainLeftPipes(directory: string): Promise<() => Promise<void>> {
  const names = (await readdir(directory).catch(() => [])).filter((name) => /\.(out|err)$/.test(name));
  const paths = names.map((name) => join(directory, name));
  const readers = paths.map(openLeftPipe).filter((one) => one !== null);
  for (const reader of readers) reader.on("error", () => undefined).resume();
  return async () => {
    for (const reader of readers) reader.destroy();
    await Promise.all(paths.map((path) => rm(path, { force: true })));
  };
}

function openLeftPipe(path: string): Readable | null {
  try {
    return readPipe(path);
  } catch {
    return null;
  }
}

function readPipe(path: string): Readable {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  return new Socket({ fd, readable: true, writable: false });
}
