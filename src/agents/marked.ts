import { randomBytes } from "node:crypto";

/**
 * Wraps hostile text as data: JSON between tags whose name nobody outside can guess. No closing tag of any name can stand
 * inside: JSON reads `<\/` and `</` alike, and a model that takes any tag for the end would read what follows as ours.
 */
export function marked(name: "request" | "outcome", value: unknown): string {
  const tag = `${name}-${randomBytes(8).toString("hex")}`;
  return `<${tag}>${JSON.stringify(value).replaceAll("</", "<\\/")}</${tag}>`;
}
