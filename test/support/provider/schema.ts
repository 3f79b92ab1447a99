import { z } from "zod";
import { type Block, blocksOf } from "#policy/terraform/blocks.ts";
import { field, numberField } from "./protobuf.ts";

/** What a block may hold. `type` is how terraform writes a type. */
export type Schema = {
  attributes: { name: string; type: string; isGiven: boolean; isComputed: boolean }[];
  blocks: { name: string; schema: Schema }[];
};
const Schema: z.ZodType<Schema> = z.object({
  attributes: z.array(
    z.object({ name: z.string(), type: z.string(), isGiven: z.boolean(), isComputed: z.boolean() }),
  ),
  get blocks() {
    return z.array(z.object({ name: z.string(), schema: Schema }));
  },
});
/** The schemas of one provider, by type. */
export const Schemas = z.object({
  settings: Schema,
  resources: z.record(z.string(), Schema),
  data: z.record(z.string(), Schema),
});
export type Schemas = z.infer<typeof Schemas>;

const ANY = '"dynamic"';
const STRING = '"string"';
/** What a data source tells that is no text. */
const KINDS: Readonly<Record<string, string>> = {
  names: '["list","string"]',
  ids: '["list","string"]',
  zone_ids: '["list","string"]',
  certificate_authority: '["list",["object",{"data":"string"}]]',
  master_auth: '["list",["object",{"cluster_ca_certificate":"string"}]]',
  kube_config:
    '["list",["object",{"host":"string","client_certificate":"string","client_key":"string","cluster_ca_certificate":"string"}]]',
  identity: '["list",["object",{"oidc":["list",["object",{"issuer":"string"}]]}]]',
};
/** Nested blocks as a list: of what may be any type there is no set. */
const LIST = 2;
const META = /^(for_each|count|provider|providers|depends_on|alias)$/;
const META_BLOCKS = /^(lifecycle|provisioner|connection|precondition|postcondition)$/;

/**
 * The schemas that these configurations are written for: what they give may be given, and what they ask of a resource
 * without giving it is told by the provider.
 */
export function schemasFor(texts: readonly string[]): Map<string, Schemas> {
  const all = new Map<string, Schemas>();
  for (const text of texts) for (const block of blocksOf(text)) addBlock(all, block);
  for (const reference of texts.flatMap((text) => [...text.matchAll(REFERENCE)]))
    addReference(all, reference);
  return all;
}

function addReference(all: Map<string, Schemas>, [, data, type = "", name = ""]: RegExpExecArray): void {
  const { resources, data: sources } = schemasOf(all, providerOf(type));
  const own = (data === undefined ? resources : sources)[type];
  if (own !== undefined) addTold(own, name, data === undefined ? ANY : (KINDS[name] ?? STRING));
}

function addBlock(all: Map<string, Schemas>, block: Block): void {
  const [type = ""] = block.labels;
  if (block.type === "provider") addGiven(schemasOf(all, type).settings, block);
  if (block.type === "resource" || block.type === "data") {
    const { resources, data } = schemasOf(all, providerOf(type));
    const table = block.type === "resource" ? resources : data;
    const own = table[type] ?? withId();
    table[type] = own;
    addGiven(own, block);
  }
  if (block.type === "check") for (const inner of block.blocks) addBlock(all, inner);
}

function schemasOf(all: Map<string, Schemas>, name: string): Schemas {
  const known = all.get(name) ?? { settings: empty(), resources: {}, data: {} };
  all.set(name, known);
  return known;
}

function providerOf(type: string): string {
  return type.split("_")[0] ?? "";
}

const REFERENCE = /\b(data\.)?([a-z]+[a-z0-9]*_[a-z0-9_]+)\.[A-Za-z_][\w-]*(?:\[[^\]]*\])*\.(\w+)/g;

function addGiven(schema: Schema, block: Block): void {
  for (const name of block.values.keys()) {
    if (META.test(name) || schema.attributes.some((one) => one.name === name)) continue;
    schema.attributes.push({ name, type: ANY, isGiven: true, isComputed: false });
  }
  for (const inner of block.blocks) addInner(schema, inner);
}

function addInner(schema: Schema, inner: Block): void {
  const isDynamic = inner.type === "dynamic";
  const name = isDynamic ? (inner.labels[0] ?? "") : inner.type;
  if (META_BLOCKS.test(name)) return;
  const content = isDynamic ? inner.blocks.find(({ type }) => type === "content") : inner;
  const known = schema.blocks.find((one) => one.name === name) ?? { name, schema: empty() };
  if (!schema.blocks.includes(known)) schema.blocks.push(known);
  if (content !== undefined) addGiven(known.schema, content);
}

function addTold(schema: Schema, name: string, type: string): void {
  if ([...schema.attributes, ...schema.blocks].some((one) => one.name === name)) return;
  schema.attributes.push({ name, type, isGiven: false, isComputed: true });
}

function withId(): Schema {
  const id = { name: "id", type: STRING, isGiven: false, isComputed: true };
  return { attributes: [id, { ...id, name: "arn" }, { ...id, name: "name", isGiven: true }], blocks: [] };
}

function empty(): Schema {
  return { attributes: [], blocks: [] };
}

/** A schema as the protocol has it. */
export function schemaMessage(schema: Schema): Buffer {
  return field(2, blockMessage(schema));
}

function blockMessage({ attributes, blocks }: Schema): Buffer {
  return Buffer.concat([
    ...attributes.map(({ name, type, isGiven, isComputed }) =>
      field(2, field(1, name), field(2, type), numberField(5, isGiven), numberField(6, isComputed)),
    ),
    ...blocks.map(({ name, schema }) =>
      field(3, field(1, name), field(2, blockMessage(schema)), numberField(3, LIST)),
    ),
  ]);
}
