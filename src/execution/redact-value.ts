import type { Redact } from "./redact.ts";
import { isHarmless, isSecretName, MARK } from "./redact-keys.ts";
import { isSecretData } from "./redact-secret-data.ts";

/**
 * Makes the same redaction for a text that is JSON and has to stay JSON (a log line, a trace, a model's answer): text by
 * text, each with the name it stands under. As one text, a quote within a secret could take half the document with it.
 * What is no JSON is redacted as text.
 */
export function createRedactJson(redact: Redact): Redact {
  return (text) => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return redact(text);
    }
    return JSON.stringify(redactValue(value, redact)) + (text.endsWith("\n") ? "\n" : "");
  };
}

/** Redacts one value under its name, which may say that it is a secret. */
export function redactField(name: string, value: string, redact: Redact): string {
  const redacted = redactUnder(name, value, redact);
  return typeof redacted === "string" ? redacted : MARK;
}

function redactValue(value: unknown, redact: Redact): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value))
    return value.map((item, index) => redactUnder(flagBefore(value, index), item, redact));
  if (typeof value !== "object" || value === null) return value;
  const { kind, name } = value as { kind?: unknown; name?: unknown };
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (isDataMap(key, item))
        return [key, redactData(item, kind === "Secret" || key === "stringData", redact)];
      // Kubernetes' {"name": "DB_PASSWORD", "value": "…"}
      const under = key === "value" && typeof name === "string" ? name : key;
      return [redact(key), redactUnder(under, item, redact)];
    }),
  );
}

/** A value under a name, which may say that it is a secret. */
function redactUnder(name: string, value: unknown, redact: Redact): unknown {
  const clean = redactValue(value, redact);
  if (typeof value !== "string" || clean !== value || !isSecretName(name)) return clean;
  return isHarmless(value, true) ? value : MARK;
}

/** In a list of arguments, `--token` speaks for the next one. */
function flagBefore(list: readonly unknown[], index: number): string {
  const before = list[index - 1];
  const own = list[index];
  const isPair = typeof before === "string" && /^--[\w.-]+$/.test(before) && typeof own === "string";
  return isPair && !own.startsWith("-") ? before : "";
}

function isDataMap(key: string, value: unknown): value is Record<string, unknown> {
  return (
    (key === "data" || key === "stringData") &&
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value)
  );
}

function redactData(data: Record<string, unknown>, isSecret: boolean, redact: Redact): object {
  return Object.fromEntries(
    Object.entries(data).map(([key, item]) => {
      const isOne = typeof item === "string" && !isHarmless(item, false) && (isSecret || isSecretData(item));
      return [key, isOne ? MARK : redactUnder(key, item, redact)];
    }),
  );
}
