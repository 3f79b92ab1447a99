import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { TLSSocket } from "node:tls";
import { openStore } from "#app/open-store.ts";
import { SetupError } from "#app/setup-error.ts";
import type { Closing } from "#app/stopping.ts";
import { close } from "#app/stopping.ts";
import { readConfig } from "#config/config.ts";
import { createLog } from "#observe/log.ts";
import { approvedIn } from "#test/support/approved.ts";
import { makeCertificate } from "#test/support/certificate.ts";

const approved = approvedIn("no-database");
const log = createLog(
  (text) => text,
  () => undefined,
);

/** An ErrorResponse of PostgreSQL's protocol 3. */
function refusal(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0C${code}\0M${message}\0\0`);
  const length = Buffer.alloc(4);
  length.writeInt32BE(fields.length + 4);
  return Buffer.concat([Buffer.from("E"), length, fields]);
}

const ANSWERS: [name: string, query: string, answer: (socket: Socket) => void][] = [
  ["password-refused", "", (socket) => socket.end(refusal("28P01", "password authentication failed"))],
  ["let-in-by-no-rule", "", (socket) => socket.end(refusal("28000", "no pg_hba.conf entry for host"))],
  ["no-such-database", "", (socket) => socket.end(refusal("3D000", 'database "x" does not exist'))],
  ["too-many-connections", "", (socket) => socket.end(refusal("53300", "sorry, too many clients already"))],
  ["starting", "", (socket) => socket.end(refusal("57P03", "the database system is starting up"))],
  [
    "pooler",
    "",
    (socket) => socket.end(refusal("08P01", "unsupported startup parameter: statement_timeout")),
  ],
  ["no-tls-there", "?sslmode=require", (socket) => socket.write("N")],
  [
    "unknown-authority",
    "?sslmode=verify-full",
    (socket) => {
      const { cert, key } = makeCertificate(["localhost"]);
      socket.write("S", () =>
        new TLSSocket(socket, { isServer: true, cert, key }).on("error", () => undefined),
      );
    },
  ],
];

describe("why no database", () => {
  for (const [name, query, answer] of ANSWERS) {
    it(`is said in a sentence: ${name}`, async (t) => {
      const port = await serve(t, answer);
      approved(name, await whyNot(`postgres://greenlight:pw-0123456789@localhost:${port}/x${query}`));
    });
  }

  const addresses = [
    ["password-not-encoded", "postgres://greenlight:pw#0123456789@localhost/x"],
    ["unknown-host", "postgres://greenlight@no-such-host.invalid/x"],
    ["no-socket", "postgres://greenlight@/x?host=/no/such/directory"],
    ["no-certificate", "postgres://greenlight@localhost/x?sslmode=verify-full&sslrootcert=/no/such.pem"],
  ] as const;
  for (const [name, url] of addresses) {
    it(`is said of an address that leads nowhere: ${name}`, async () => {
      approved(name, await whyNot(url));
    });
  }
});

/** What the start says of this address. */
async function whyNot(url: string): Promise<string> {
  const read = readConfig({
    DATABASE_URL: url,
    GREENLIGHT_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
  });
  assert.ok(read.ok);
  const closing: Closing = [];
  const error = await openStore(read.config, log, closing).then(
    () => null,
    (fault: unknown) => fault,
  );
  await close(closing);
  assert.ok(error instanceof SetupError, String(error));
  assert.doesNotMatch(error.message, /0123456789/);
  return error.message;
}

/** A server that answers the first thing each client says, whatever it is. */
async function serve(t: TestContext, answer: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => answer(socket));
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  t.after(() => void server.close());
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return address.port;
}
