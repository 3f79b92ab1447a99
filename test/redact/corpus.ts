import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** A text with secrets in it; all of them are made up. */
const Labelled = z.object({ kind: z.string(), text: z.string(), secrets: z.array(z.string()) });

/** The labelled texts, each with the exact values that must not survive. */
export function secretsCorpus(): z.infer<typeof Labelled>[] {
  return read("secrets.jsonl").map((value) => Labelled.parse(value));
}

/** Texts that hold no secret and must come out as they are. */
export function benignCorpus(): string[] {
  return read("benign.jsonl").map((value) => z.object({ text: z.string() }).parse(value).text);
}

function read(name: string): unknown[] {
  const text = readFileSync(join(import.meta.dirname, "corpus", name), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}
