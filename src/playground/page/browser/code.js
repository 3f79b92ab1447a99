import { el } from "./dom.js";

/**
 * Text for a code box with its words kept whole: browsers break lines after hyphens, which would tear `--replicas`
 * apart and make a command look like another one. Spaces and line ends stay as they are.
 */
export function codeText(text) {
  return text.split(/(\s+)/).map((part) => (part.includes("-") ? el("span", { class: "word" }, part) : part));
}
