import { posix } from "node:path";
import type { Block } from "./blocks.ts";
import {
  nameOfPackage,
  type Package,
  packagePlaceOf,
  placeOfPackage,
  readModuleSource,
} from "./module-source.ts";
import { isWithin, placeOf } from "./places.ts";

/** A module call, and where the module lies in the copy that commands run in. `version` null: a source names none. */
export type Called = {
  label: string;
  place: string;
  /** As terraform writes it down. */
  source: string;
  version: string | null;
  /** Null for a directory of the workspace, or of the package that calls it. */
  fetched: Package | null;
};
type Call =
  | { kind: "called"; called: Called }
  | { kind: "finding"; why: string }
  | { kind: "fault"; why: string };

/** Blocks that call a module: `module` ones, and those in the `run` of a test. */
export function modulesIn(block: Block): Block[] {
  const calls = block.type === "module" ? [block] : [];
  const inner = block.type === "run" ? block.blocks.filter((one) => one.type === "module") : [];
  // Without a source it only overrides another block of its name.
  return [...calls, ...inner].filter((call) => call.values.has("source"));
}

/**
 * Where a module call of the module in `from` leads. A finding is what a root may only do when the policy trusts it, a
 * fault what no trust mends. `hosts` are those that packages may come from.
 */
export function callOf(call: Block, from: string, hosts: readonly string[]): Call {
  const [label = ""] = call.labels;
  const source = call.values.get("source") ?? null;
  if (source === null) return finding(call, "whose source is computed: write it as a plain text");
  if (/^\.\.?(\/|$)/.test(source)) return localCall(call, source, from);
  const read = readModuleSource(source, call.values.get("version"));
  if (!read.ok) return finding(call, `which is not a directory of the workspace, and ${read.reason}`);
  const { package: fetched, source: written, sub } = read.module;
  if (!hosts.includes(fetched.host)) {
    return finding(
      call,
      `which comes from ${fetched.host}, and the policy's terraform.module_hosts does not list that`,
    );
  }
  const place = posix.join(placeOfPackage(fetched), sub);
  const version = fetched.kind === "registry" ? fetched.version : null;
  return { kind: "called", called: { label, place, source: written, version, fetched } };
}

function localCall(call: Block, source: string, from: string): Call {
  if (!/^\.\.?\/[\w./ -]*$/.test(source) || source.slice(1).includes("//"))
    return finding(call, "which is not a directory of the workspace");
  const place = placeOf(from, source);
  if (place === null) return fault(call, "which is outside of the workspace");
  const own = packagePlaceOf(from);
  if (own !== null && !isWithin(own, place)) return fault(call, "which leaves the package it came with");
  if (own === null && packagePlaceOf(place) !== null) return fault(call, "which is Greenlight's own copy");
  const [label = ""] = call.labels;
  return { kind: "called", called: { label, place, source, version: null, fetched: null } };
}

/** What stands twice in a module, so that two programs may take another one for the one that counts: labels of calls. */
export function calledTwice(blocks: readonly Block[]): string[] {
  const labels = blocks.filter(({ type }) => type === "module").map((block) => block.labels[0] ?? "");
  return [...new Set(labels.filter((label, index) => labels.indexOf(label) !== index))];
}

/** A package that is not there, for people. */
export function notFetched(packages: readonly Package[]): string {
  return `its modules are not fetched: ${packages.map(nameOfPackage).join(", ")}`;
}

function finding(call: Block, why: string): Call {
  return { kind: "finding", why: `the module ${labelOf(call)}, ${why}` };
}

function fault(call: Block, why: string): Call {
  return { kind: "fault", why: `the module ${labelOf(call)}, ${why}` };
}

function labelOf(call: Block): string {
  return `${call.labels[0] ?? ""} from ${call.values.get("source") ?? "a computed source"}`;
}
