import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { Case, WrittenCase } from "./case.ts";

const FOLDER = join(import.meta.dirname, "cases");

/** The cases of one half, or of both; throws with the file, the case and the field where one is not of the schema. */
export function readCases(half: Case["half"] | "both" = "both"): Case[] {
  const halves = half === "both" ? (["open", "kept"] as const) : [half];
  return halves.flatMap((one) =>
    globSync("*.yaml", { cwd: join(FOLDER, one) })
      .toSorted()
      .flatMap((file) => readFile(one, file)),
  );
}

function readFile(half: Case["half"], file: string): Case[] {
  const written: unknown = parse(readFileSync(join(FOLDER, half, file), "utf8"));
  const list = z.array(z.unknown()).parse(written);
  return list.map((one, index) => {
    const read = WrittenCase.safeParse(one);
    const id = Object(one).id ?? `number ${index + 1}`;
    if (!read.success) throw new Error(`${half}/${file}, ${id}: ${z.prettifyError(read.error)}`);
    return Case.parse({ ...Object(one), kind: file.replace(/\.yaml$/, ""), half });
  });
}
