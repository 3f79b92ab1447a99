import { isHarmless, isSecretUnder, MARK, type Telling, tellingOf } from "./keys.ts";
import { tellingOfList } from "./lists.ts";
import { redactCommandWords } from "./literals.ts";
import { NAME_WORD, VALUE_WORD } from "./named.ts";
import type { Redact } from "./redact.ts";
import { isSecretData } from "./secret-data.ts";

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
  if (Array.isArray(value)) {
    const isCommand = value.every((item) => typeof item === "string");
    const words = isCommand ? redactCommandWords(value, redact) : null;
    const list = words ?? value;
    return list.map((item, index) =>
      redactUnder(flagBefore(list, index), item, words === null ? redact : asIs),
    );
  }
  if (typeof value !== "object" || value === null) return value;
  const { kind } = value as { kind?: unknown };
  const name = nameIn(value);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (isDataMap(key, item))
        return [key, redactData(item, kind === "Secret" || key === "stringData", redact)];
      if (key === "stack") return [key, redactStack(value, item, redact)];
      // Kubernetes' {"name": "DB_PASSWORD", "value": "…"}
      const under = VALUE_WORD.test(key) && name !== null ? name : key;
      return [redact(key), redactUnder(under, item, redact)];
    }),
  );
}

const asIs: Redact = (text) => text;

/** A value under a name, which may say that it is a secret. */
function redactUnder(name: string, value: unknown, redact: Redact): unknown {
  const clean = redactValue(value, redact);
  if (Array.isArray(value) && Array.isArray(clean)) {
    const telling = tellingOfList(name);
    return clean.map((item, index) => (item === value[index] ? hidden(telling, item) : item));
  }
  return clean === value ? hidden(tellingOf(name), value) : clean;
}

function hidden(telling: Telling, value: unknown): unknown {
  return typeof value === "string" && isSecretUnder(telling, value, true) ? MARK : value;
}

/** A stack begins with its error's message behind a word: as one text the message's first line is none of what it was. */
function redactStack(error: object, stack: unknown, redact: Redact): unknown {
  const { message } = error as { message?: unknown };
  if (typeof stack !== "string" || typeof message !== "string") return redactValue(stack, redact);
  const at = message === "" ? -1 : stack.indexOf(message);
  if (at === -1) return redact(stack);
  return redact(stack.slice(0, at)) + redact(message) + redact(stack.slice(at + message.length));
}

/** What an object calls its value. */
function nameIn(value: object): string | null {
  const [, name] = Object.entries(value).find(([key]) => NAME_WORD.test(key)) ?? [];
  return typeof name === "string" ? name : null;
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
