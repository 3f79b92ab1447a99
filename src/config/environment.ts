import { readFile } from "node:fs/promises";
import { parseEnv } from "node:util";

/**
 * The environment with what a .env file adds to it; what is set for real wins. Throws when there is a file that cannot be
 * read, or a line in it that says nothing: left out in silence, a rule in it would not hold.
 */
export async function readEnvironment(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Record<string, string | undefined>> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return "";
    throw new Error(`${file} is there and cannot be read. Mend its rights, or take it away.`, { cause });
  });
  const odd = oddLines(text);
  if (odd.length > 0) {
    const which = `${odd.length === 1 ? "line" : "lines"} ${odd.slice(0, 10).join(", ")}`;
    throw new Error(
      `${file}, ${which}: not read, because it is no NAME=VALUE. Mend it, or begin it with #. A value of several lines stands in quotes.`,
    );
  }
  return { ...parseEnv(text), ...env };
}

const ASSIGNED = /^\s*(?:export\s+)?[A-Za-z_][A-Za-z0-9_.-]*\s*=\s*(.*)$/;

/** The numbers of the lines that are neither empty, nor a comment, nor part of an assignment. */
function oddLines(text: string): number[] {
  const odd: number[] = [];
  let open: string | null = null;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (open !== null) {
      if (line.includes(open)) open = null;
      continue;
    }
    if (/^\s*(#|$)/.test(line)) continue;
    const value = ASSIGNED.exec(line)?.[1];
    if (value === undefined) odd.push(index + 1);
    else open = openQuoteOf(value);
  }
  return odd;
}

/** The quote a value begins with and does not end on its line. */
function openQuoteOf(value: string): string | null {
  const [, quote, rest = ""] = /^(["'`])(.*)$/.exec(value) ?? [];
  return quote === undefined || rest.includes(quote) ? null : quote;
}
