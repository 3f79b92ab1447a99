import { KubectlError } from "#playground/cluster/errors.ts";

/** Prints one value in the format that was asked for. */
export type Printer = (value: unknown) => string;

const forGet =
  "custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,wide,yaml";
const forWrites =
  "go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,yaml";

/** How `-o FORMAT` prints. What the format needs is loaded here, so that printing itself need not wait. */
export async function printerOf(format: string, verb: string): Promise<Printer> {
  if (format === "json") return (value) => `${JSON.stringify(value, null, 4)}\n`;
  if (format === "yaml") return yamlPrinter();
  if (/^jsonpath(=|$)/.test(format)) {
    const { jsonPath } = await import("./jsonpath.ts");
    return (value) => jsonPath(format.slice("jsonpath=".length), value);
  }
  return () => {
    throw new KubectlError(
      `error: unable to match a printer suitable for the output format "${format}", allowed formats are: ${verb === "get" ? forGet : forWrites}`,
    );
  };
}

/** YAML as kubectl writes it: keys in order, lists not indented. */
export async function yamlPrinter(): Promise<Printer> {
  const { stringify } = await import("yaml");
  return (value) =>
    stringify(value, { sortMapEntries: true, lineWidth: 0, version: "1.1", indentSeq: false });
}
