import { readFile } from "node:fs/promises";
import { builtInPolicy, type Policy } from "#policy/document.ts";
import { parsePolicy } from "#policy/read-policy.ts";

/** Reads the policy file (GREENLIGHT_POLICY); null is none, and the built-in rules. A fault says where it is and what to do. */
export async function readPolicyFile(
  file: string | null,
): Promise<{ ok: true; policy: Policy } | { ok: false; reason: string; cause?: unknown }> {
  if (file === null) return { ok: true, policy: builtInPolicy };
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    return {
      ok: false,
      reason: `GREENLIGHT_POLICY: ${file} cannot be read. Name a file that is there.`,
      cause,
    };
  }
  const parsed = parsePolicy(text);
  if (parsed.ok) return parsed;
  return { ok: false, reason: `GREENLIGHT_POLICY: ${file} has faults:\n  ${parsed.faults.join("\n  ")}` };
}
