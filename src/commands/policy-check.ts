import type { Readable, Writable } from "node:stream";
import { z } from "zod";
import { readPolicyFile } from "#app/policy-file.ts";
import { type CheckAnswer, checkLine, refusal } from "#policy/check.ts";
import type { Policy } from "#policy/document.ts";

/** What `policy check` works with: its streams, the policy file's path (null: the built-in rules), and where complaints go. */
export type PolicyCheck = {
  input: Readable;
  output: Writable;
  policyFile: string | null;
  say: (text: string) => void;
};

/** 64 arguments of 4096 characters, each escaped as JSON at its worst, and room. */
const MAX_LINE_CHARS = 2_000_000;

/** Strict: a key we do not know (a directory, say) would be believed to count. */
const Line = z.union([z.strictObject({ cmd: z.string() }), z.strictObject({ argv: z.array(z.string()) })]);

/** Answers each line of JSON with one, as it comes, until the input ends or nobody reads on. Resolves to the exit code: 1 when the policy cannot be read. */
export async function runPolicyCheck({ input, output, policyFile, say }: PolicyCheck): Promise<number> {
  const read = await readPolicyFile(policyFile);
  if (!read.ok) {
    say(read.reason);
    return 1;
  }
  // Whoever read the answers may leave early (`| head`); then there is nobody to answer, and that is no fault.
  let isGone = false;
  output.on("error", () => {
    isGone = true;
    input.destroy();
  });
  output.on("close", () => {
    isGone = true;
    input.destroy();
  });
  try {
    for await (const line of linesOf(input)) {
      if (isGone) return 0;
      if (!output.write(`${JSON.stringify(answer(line, read.policy))}\n`)) await drained(output);
    }
  } catch (error) {
    if (!isGone) throw error;
  }
  return 0;
}

/** A blank line is answered too: then answer n always belongs to line n. Null is a line that is too long. */
function answer(line: string | null, policy: Policy): CheckAnswer {
  if (line === null) return refusal(`the line is longer than ${MAX_LINE_CHARS} characters`);
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return refusal("the line is not JSON");
  }
  const parsed = Line.safeParse(json);
  if (parsed.success) return checkLine(parsed.data, policy);
  return refusal('the line is neither {"cmd": "kubectl get pods"} nor {"argv": ["kubectl", "get", "pods"]}');
}

/** The lines of a stream, without their ends; holds one at most. */
async function* linesOf(input: Readable): AsyncGenerator<string | null> {
  const decoder = new TextDecoder();
  let line = "";
  let isTooLong = false;
  for await (const chunk of input) {
    const parts = decoder.decode(Buffer.from(chunk), { stream: true }).split("\n");
    for (const [index, part] of parts.entries()) {
      if (index > 0) {
        yield isTooLong ? null : line.replace(/\r$/, "");
        line = "";
        isTooLong = false;
      }
      isTooLong ||= line.length + part.length > MAX_LINE_CHARS;
      line = isTooLong ? "" : line + part;
    }
  }
  if (isTooLong) yield null;
  else if (line !== "") yield line;
}

/** Resolves when a stream takes more, or takes nothing any more. */
function drained(output: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const event of ["drain", "error", "close"]) output.off(event, done);
      resolve();
    };
    if (output.destroyed) return resolve();
    for (const event of ["drain", "error", "close"]) output.on(event, done);
  });
}
