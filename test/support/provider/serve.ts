import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureServer, type ServerHttp2Stream } from "node:http2";
import { dirname, join } from "node:path";
import { makeCertificate } from "#test/support/certificate.ts";
import { pack, UNKNOWN, unpack, type Value } from "./msgpack.ts";
import { bytesOf, field, type Message, numberField, readMessage } from "./protobuf.ts";
import { type Schema, Schemas, schemaMessage } from "./schema.ts";

const NOT_IMPLEMENTED = "12";

/**
 * A provider that knows nothing but schemas: it plans what it is given, and what it has to tell is not known before it is
 * made. It speaks terraform's plugin protocol 6: one line on standard output, then gRPC on a socket.
 */
export function serve(schemaFile: string): void {
  const known = Schemas.parse(JSON.parse(readFileSync(schemaFile, "utf8")));
  const certificate = makeCertificate(["localhost"]);
  const server = createSecureServer({
    key: certificate.key,
    cert: certificate.cert,
    ca: process.env["PLUGIN_CLIENT_CERT"],
    requestCert: true,
    rejectUnauthorized: false,
  });
  server.on("stream", (stream: ServerHttp2Stream, headers) => {
    stream.on("error", () => undefined);
    const chunks: Buffer[] = [];
    const path = headers[":path"] ?? "";
    if (path === "/plugin.GRPCBroker/StartStream") return void stream.respond(HEADERS);
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => answer(stream, path, Buffer.concat(chunks), known));
  });
  // Beside the schemas, which are taken away with it: a process that is killed leaves its socket.
  const socket = join(dirname(schemaFile), `${randomBytes(6).toString("hex")}.sock`);
  server.listen(socket, () => {
    const shown = certificate.der.toString("base64").replace(/=+$/, "");
    process.stdout.write(`1|6|unix|${socket}|grpc|${shown}\n`);
  });
}

const HEADERS = { ":status": 200, "content-type": "application/grpc" };

/** What each method makes of its request; what is not here answers with nothing in it. */
const METHODS: Readonly<Record<string, (request: Message, known: Schemas) => Buffer>> = {
  GetProviderSchema: (_, { settings, resources, data }) =>
    Buffer.concat([
      field(1, schemaMessage(settings)),
      ...Object.entries(resources).map(([type, schema]) =>
        field(2, field(1, type), field(2, schemaMessage(schema))),
      ),
      ...Object.entries(data).map(([type, schema]) =>
        field(3, field(1, type), field(2, schemaMessage(schema))),
      ),
    ]),
  ValidateProviderConfig: () => Buffer.alloc(0),
  ValidateResourceConfig: () => Buffer.alloc(0),
  ValidateDataResourceConfig: () => Buffer.alloc(0),
  ConfigureProvider: () => Buffer.alloc(0),
  StopProvider: () => Buffer.alloc(0),
  ReadResource: (request) => field(1, bytesOf(request, 2)),
  PlanResourceChange: (request, { resources }) => {
    const isNew = given(request, 2) === null;
    const planned = told(
      given(request, 3),
      schemaOf(resources, request),
      isNew ? () => UNKNOWN : (_, old) => old,
    );
    return Buffer.concat([field(1, dynamic(planned)), numberField(5, true)]);
  },
  ApplyResourceChange: (request, { resources }) => {
    const made = told(given(request, 3), schemaOf(resources, request), example);
    return Buffer.concat([field(1, dynamic(made)), numberField(4, true)]);
  },
  ReadDataSource: (request, { data }) =>
    field(1, dynamic(told(given(request, 2), schemaOf(data, request), example))),
};

function answer(stream: ServerHttp2Stream, path: string, body: Buffer, known: Schemas): void {
  const method = path.split("/").at(-1) ?? "";
  const work = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
  if (path === "/plugin.GRPCController/Shutdown") setImmediate(() => process.exit(0));
  stream.respond(HEADERS, { waitForTrailers: true });
  stream.on("wantTrailers", () =>
    stream.sendTrailers({ "grpc-status": work === undefined ? NOT_IMPLEMENTED : "0" }),
  );
  if (work === undefined) {
    stream.end();
    return;
  }
  const content = work(readMessage(body.subarray(5)), known);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(content.length, 1);
  stream.end(Buffer.concat([head, content]));
}

function schemaOf(schemas: Readonly<Record<string, Schema>>, request: Message): Schema {
  return schemas[bytesOf(request, 1).toString()] ?? { attributes: [], blocks: [] };
}

function given(request: Message, number: number): Value {
  return unpack(bytesOf(readMessage(bytesOf(request, number)), 1));
}

function dynamic(value: Value): Buffer {
  return field(1, pack(value));
}

/** A value with what the provider tells of it, where that is not known. */
function told(
  value: Value,
  schema: Schema,
  tell: (attribute: Schema["attributes"][number], old: Value) => Value,
): Value {
  if (value === null || typeof value !== "object" || Array.isArray(value) || Buffer.isBuffer(value))
    return value;
  const own = { ...value };
  for (const attribute of schema.attributes) {
    const old = own[attribute.name] ?? null;
    if (attribute.isComputed && (old === null || old === UNKNOWN)) own[attribute.name] = tell(attribute, old);
  }
  for (const { name, schema: inner } of schema.blocks) {
    const list = own[name];
    if (Array.isArray(list)) own[name] = list.map((one) => told(one, inner, tell));
  }
  return own;
}

function example({ name, type }: Schema["attributes"][number]): Value {
  return exampleOf(name, JSON.parse(type));
}

function exampleOf(name: string, type: unknown): Value {
  if (Array.isArray(type) && type[0] === "list") {
    return type[1] === "string" ? [`${name}-1`, `${name}-2`, `${name}-3`] : [exampleOf(name, type[1])];
  }
  if (Array.isArray(type)) {
    const fields = Object.entries(type[1] as Record<string, unknown>);
    return Object.fromEntries(fields.map(([key, inner]) => [key, exampleOf(key, inner)]));
  }
  if (type === "dynamic") return [Buffer.from('"string"'), `${name}-1`];
  return /endpoint|host|url|issuer/.test(name) ? `https://${name.replaceAll("_", "-")}.example.com` : "MQ==";
}
