import { evaluate } from "#policy/terraform/values/evaluate.ts";
import { placeOfText } from "#policy/terraform/values/functions.ts";
import { scopeOf } from "#policy/terraform/values/resolve.ts";
import type { Scope } from "#policy/terraform/values/scope.ts";
import type { Value } from "#policy/terraform/values/values.ts";
import { addressFault, isTold } from "./addresses.ts";
import { type ArgumentKind, kindOfArgument } from "./argument-kinds.ts";
import type { Block } from "./blocks.ts";
import { notPlain, shownText } from "./file-calls.ts";
import { innerScope } from "./walk.ts";

/** Whose arguments they are: `owner` as `kindOfArgument` wants it, `name` for people. */
export type Whose = { owner: string; name: string };

/** Looks at all arguments of a provider or backend: what could run, read or reach something, and is not plain to see. */
export function inspectArguments(block: Block, whose: Whose, above: Scope): string[] {
  const scope = innerScope(block, above);
  const found = block.attributes.flatMap(({ name, expr, line }) => {
    const kind = kindOfArgument(whose.owner, name);
    // Most arguments are: what they may hold need not be worked out.
    if (kind === "plain") return [];
    return withLine(inspectValue(name, kind, evaluate(expr, scope), whose, scope), line);
  });
  // From JSON the blocks are among the attributes.
  if (block.line === null) return found;
  return [...found, ...block.blocks.flatMap((inner) => inspectInner(inner, whose, scope))];
}

/** Looks at one argument's value, at any depth. */
export function inspectValue(
  name: string,
  kind: ArgumentKind,
  value: Value,
  whose: Whose,
  scope: Scope,
): string[] {
  const { world } = scope.module;
  const what = `${name} in ${whose.name}`;
  world.left -= 1;
  if (world.left < 0) return [`${what}, which holds more than can be looked at`];
  if (kind === "plain" || (value.kind === "texts" && value.texts.length === 0)) return [];
  if (kind === "program") return [`${what}, which can run a program`];
  const inner = (key: string, one: Value) =>
    inspectValue(key, kind === "literal" ? kindOfArgument(whose.owner, key) : kind, one, whose, scope);
  switch (value.kind) {
    case "any":
      return distinct(value.options.flatMap((one) => inspectValue(name, kind, one, whose, scope)));
    case "list":
      return distinct(value.items.flatMap((one) => inspectValue(name, kind, one, whose, scope)));
    case "object":
      return [...value.entries].flatMap(([key, one]) => inner(key, one));
    case "texts":
      return distinct(value.texts.flatMap((text) => faultOf(kind, text, scope) ?? [])).map(
        (fault) => `${what}, which ${fault}`,
      );
    case "from":
      return kind === "address" && isTold(value) ? [] : [`${what}, which ${notPlain(value)}`];
    default:
      return [`${what}, which ${notPlain(value)}`];
  }
}

function inspectInner(block: Block, whose: Whose, above: Scope): string[] {
  const isDynamic = block.type === "dynamic";
  const type = isDynamic ? (block.labels[0] ?? "") : block.type;
  const kind = kindOfArgument(whose.owner, type);
  if (kind === "plain") return [];
  if (kind === "program" || kind === "kubeconfig")
    return withLine([`${type} in ${whose.name}, which can run a program`], block.line);
  const contents = isDynamic ? block.blocks.filter((inner) => inner.type === "content") : [block];
  const scope = isDynamic ? scopeOf(block, above, evaluate) : above;
  if (kind === "literal" || kind === "account")
    return contents.flatMap((inner) => inspectArguments(inner, whose, scope));
  return contents.flatMap((inner) =>
    inner.attributes.flatMap(({ name, expr, line }) =>
      withLine(inspectValue(name, kind, evaluate(expr, scope), whose, scope), line),
    ),
  );
}

/** What is wrong with a plain text in an argument of this kind, in words; null: nothing. */
function faultOf(kind: ArgumentKind, text: string, scope: Scope): string | null {
  const isOfHome = text.startsWith("~/") && !text.includes("..");
  const { root } = scope.module.world;
  switch (kind) {
    case "kubeconfig":
      return text === "" || isOfHome ? null : "can run a program";
    case "file":
      return text === "" || isOfHome || placeOfText(text, root) !== null
        ? null
        : "reads outside of the workspace";
    case "account":
      return accountFault(text, isOfHome, scope);
    case "address": {
      const fault = addressFault(text);
      return fault === null
        ? null
        : `names the address ${JSON.stringify(shownText(text))}, and that ${fault}`;
    }
    default:
      return null;
  }
}

/** A key of Google's may say that a program or an address gives the real one. */
function accountFault(text: string, isOfHome: boolean, { module }: Scope): string | null {
  const { root, files } = module.world;
  if (text === "" || isOfHome) return null;
  const place = text.trimStart().startsWith("{") ? null : placeOfText(text, root);
  const key = place === null ? text : (files.get(place) ?? "");
  const isOwn = /"type"\s*:\s*"(service_account|authorized_user)"/.test(key);
  const others = [...key.matchAll(/"(token_uri|token_url|universe_domain)"\s*:\s*"([^"]*)"/g)];
  const isGoogle = others.every(([, , url = ""]) =>
    /^(https:\/\/(oauth2\.googleapis\.com|accounts\.google\.com)\/|googleapis\.com$)/.test(url),
  );
  return isOwn && isGoogle && !/credential_source|executable|\\/.test(key.replaceAll("\\n", ""))
    ? null
    : "is no plain key of a service account in the workspace, and may name a program or an address";
}

function withLine(findings: readonly string[], line: number | null): string[] {
  return line === null ? [...findings] : findings.map((finding) => `${finding} (line ${line})`);
}

function distinct(findings: readonly string[]): string[] {
  return [...new Set(findings)];
}
