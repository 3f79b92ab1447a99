import { createPublicKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** A certificate that signs itself, for these names, with its key. Both as PEM; `der` is the certificate's own bytes. */
export type Certificate = { cert: string; key: string; der: Buffer };

/** Makes one, good from yesterday for a week. Node's own crypto signs but builds none, so the few fields are put together here. */
export function makeCertificate(names: readonly string[]): Certificate {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const publicKey = createPublicKey(privateKey).export({ type: "spki", format: "der" });
  const name = sequence(tagged(0x31, sequence(oid("2.5.4.3"), tagged(0x0c, Buffer.from("Greenlight test")))));
  const algorithm = sequence(oid("1.2.840.10045.4.3.2"));
  const day = 86_400_000;
  const body = sequence(
    tagged(0xa0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(8)])),
    algorithm,
    name,
    sequence(utcTime(Date.now() - day), utcTime(Date.now() + 7 * day)),
    name,
    publicKey,
    tagged(0xa3, sequence(extension("2.5.29.19", sequence(Buffer.of(1, 1, 0xff))), altNames(names))),
  );
  const signature = sign("sha256", body, privateKey);
  const der = sequence(body, algorithm, tagged(0x03, Buffer.concat([Buffer.of(0), signature])));
  return {
    der,
    cert: `-----BEGIN CERTIFICATE-----\n${der.toString("base64").replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function altNames(names: readonly string[]): Buffer {
  const all = names.map((name) => {
    const address = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(name);
    return address === null
      ? tagged(0x82, Buffer.from(name))
      : tagged(0x87, Buffer.from(address.slice(1).map(Number)));
  });
  return extension("2.5.29.17", sequence(...all));
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(oid(id), tagged(0x04, value));
}

function sequence(...parts: Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

function utcTime(at: number): Buffer {
  const text = new Date(at).toISOString().replace(/[-:T]/g, "").slice(2, 14);
  return tagged(0x17, Buffer.from(`${text}Z`));
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const septets = [part & 0x7f];
    for (let left = part >> 7; left > 0; left >>= 7) septets.unshift((left & 0x7f) | 0x80);
    bytes.push(...septets);
  }
  return tagged(0x06, Buffer.from(bytes));
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...head), content]);
}
