import { refused } from "#policy/finding.ts";
import { flagOf } from "./line.ts";
import type { Check } from "./subject.ts";

/** One piece of a template that reads only where clusters and contexts are, or is text. */
const PLACES =
  /^\{(range )?\.(current-context|contexts|clusters)([.[][\w.[\]*?(@)='" -]*)?\}$|^\{\.\.(namespace|server)\}$|^\{\.(name|context\.\w+|cluster\.\w+)\}$|^\{end\}$|^\{"[^"]*"\}$/;

/**
 * `kubectl config view`: it hides tokens and keys, and shows what exec plugins are given (measured). As JSON or YAML a
 * secret there still stands beside its name, by which it is redacted; a template may print it alone.
 */
export const checkConfigView: Check = ({ line }) => {
  const output = flagOf(line, "--output");
  const template = flagOf(line, "--template");
  if (template === null && (output === null || output === "json" || output === "yaml"))
    return { findings: [] };
  const text = template ?? /^jsonpath(?:-as-json)?=(.*)$/s.exec(output ?? "")?.[1] ?? null;
  const isPlain = text !== null && (text.match(/\{[^}]*\}/g) ?? []).every((piece) => PLACES.test(piece));
  const isJsonPath = template === null || output?.startsWith("jsonpath") === true;
  return {
    findings:
      isPlain && isJsonPath
        ? []
        : [refused("a template over the kubeconfig may print what its users' programs are given")],
  };
};
