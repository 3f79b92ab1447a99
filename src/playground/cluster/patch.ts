import { readFile } from "node:fs/promises";
import { jsonPatch, mergePatch, strategicPatch } from "#playground/cluster/fields/patches.ts";
import { type Command, type Context, fileFlags, requireFiles, writeFlags } from "./command.ts";
import { editChosen } from "./edit.ts";
import { KubectlError, notInThePlayground } from "./errors.ts";
import { flagOf } from "./flags.ts";
import type { KubeObject } from "./state.ts";
import { targetsOf } from "./targets.ts";

/** `kubectl patch`: strategic, merge and JSON patches. */
export const patch: Command = {
  flags: {
    ...fileFlags,
    ...writeFlags,
    "patch,p": "text",
    "patch-file": "text",
    type: "text",
    local: "bool",
    subresource: "text",
  },
  run,
};

async function run(context: Context): Promise<void> {
  const { line } = context;
  for (const flag of ["local", "subresource"])
    if (line.flags.has(flag)) throw notInThePlayground(`"patch --${flag}"`);
  const type = (flagOf(line, "type") ?? "strategic").toLowerCase();
  if (!["json", "merge", "strategic"].includes(type))
    throw new KubectlError(`error: --type must be one of [json merge strategic], not "${type}"`);
  const value = await readPatch(context);
  if (type === "json" && !Array.isArray(value))
    throw new KubectlError("error: json: cannot unmarshal object into Go value of type jsonpatch.Patch");
  const apply = type === "json" ? jsonPatch : type === "merge" ? mergePatch : strategicPatch;
  await editChosen(
    context,
    await targetsOf(context),
    (object) => {
      const patched = apply(object, value);
      for (const field of Object.keys(object)) if (!(field in patched)) delete object[field];
      Object.assign(object, patched as KubeObject);
    },
    (changed) => (changed ? "patched" : "patched (no change)"),
  );
}

async function readPatch(context: Context): Promise<unknown> {
  const { line } = context;
  const file = flagOf(line, "patch-file");
  const text = flagOf(line, "patch") ?? "";
  if (text === "" && file === undefined)
    throw new KubectlError(
      "error: must specify --patch or --patch-file containing the contents of the patch",
    );
  if (text !== "" && file !== undefined)
    throw new KubectlError("error: cannot specify --patch and --patch-file together");
  if (file !== undefined) requireFiles(context);
  const source =
    file === undefined
      ? text
      : await readFile(file, "utf8").catch(() => {
          throw new KubectlError(`error: unable to read patch file: open ${file}: no such file or directory`);
        });
  const { parse } = await import("yaml");
  try {
    const value: unknown = parse(source, { maxAliasCount: 50 });
    if (typeof value === "object" && value !== null) return value;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new KubectlError(`error: unable to parse "${source}": yaml: ${why}`);
  }
  throw new KubectlError(`error: unable to parse "${source}": json: cannot unmarshal into Go value`);
}
