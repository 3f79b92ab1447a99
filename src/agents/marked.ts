import { randomBytes } from "node:crypto";

/** Wraps hostile text as data: JSON between tags whose name nobody outside can guess, so that it cannot close them. */
export function marked(name: "request" | "outcome", value: unknown): string {
  const tag = `${name}-${randomBytes(8).toString("hex")}`;
  return `<${tag}>${JSON.stringify(value)}</${tag}>`;
}
