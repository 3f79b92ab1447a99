/** One error as terraform 1.11 prints it: its headline, what it is about, and the first paragraph that explains it. */
export type ErrorBlock = { headline: string; address: string | null; place: string | null; detail: string };

const MAX_BLOCKS = 50;
/** The headline of an error where the output is JSON, one object a line. */
const AS_JSON = /"@message":"Error: ((?:[^"\\]|\\.){1,1000})"/;

/** Reads the errors of a text of terraform, in order, without colours and frames. */
export function readErrorBlocks(text: string): ErrorBlock[] {
  const lines = withoutFrames(text).split("\n");
  const starts = lines.flatMap((line, index) => (/^(?:Error|Warning): /.test(line) ? [index] : []));
  const blocks = starts.flatMap((from, index) => {
    const [headline = "", ...rest] = lines.slice(from, starts[index + 1]);
    return headline.startsWith("Error: ") ? [readBlock(headline.slice("Error: ".length), rest)] : [];
  });
  const asJson = lines.flatMap((line) => {
    const headline = AS_JSON.exec(line)?.[1];
    return headline === undefined ? [] : [readBlock(headline.replace(/\\(.)/g, "$1"), [])];
  });
  return [...blocks, ...asJson].slice(0, MAX_BLOCKS);
}

function readBlock(headline: string, rest: string[]): ErrorBlock {
  const text = rest.join("\n");
  const at = /^ {2}on (\S{1,253}) line (\d{1,7})/m.exec(text);
  return {
    headline,
    address: /^ {2}with (\S{1,253}),$/m.exec(text)?.[1] ?? null,
    place: at === null ? null : `${at[1]} line ${at[2]}`,
    detail: detailOf(text),
  };
}

/** What stands before it is where it is, with the lines of the file and the values in them. */
function detailOf(text: string): string {
  const paragraphs = text.split(/\n[ \t]*\n/).map((one) => one.replace(/^\n+/, ""));
  return paragraphs.find((one) => one.trim() !== "" && !/^ {2}(?:on|with) /.test(one))?.trim() ?? "";
}

function withoutFrames(text: string): string {
  return text
    .split("\u001b")
    .map((part, index) => (index === 0 ? part : part.replace(/^\[[0-9;]*m/, "")))
    .join("")
    .replace(/^[│╷╵] ?/gm, "");
}
