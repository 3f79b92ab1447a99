/** A message as it came: each field's values in order, numbers for what is a number, bytes for the rest. */
export type Message = Map<number, (Buffer | number)[]>;

/** Takes a message apart. Only what terraform sends is known: numbers and length-delimited fields. */
export function readMessage(bytes: Buffer): Message {
  const message: Message = new Map();
  const cursor = { bytes, at: 0 };
  while (cursor.at < bytes.length) {
    const head = readVarint(cursor);
    const field = head >>> 3;
    const wire = head & 7;
    if (wire !== 0 && wire !== 2) throw new Error(`a field of wire type ${wire}`);
    const first = readVarint(cursor);
    if (wire === 2) cursor.at += first;
    const value = wire === 0 ? first : bytes.subarray(cursor.at - first, cursor.at);
    message.set(field, [...(message.get(field) ?? []), value]);
  }
  return message;
}

/** The bytes of a field that stands there once; none when it does not. */
export function bytesOf(message: Message, field: number): Buffer {
  const [value] = message.get(field) ?? [];
  return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
}

/** A field of text, bytes or a message, put together of its parts. */
export function field(number: number, ...parts: (Buffer | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  return Buffer.concat([varint((number << 3) | 2), varint(content.length), content]);
}

/** A number, a flag or an enum; left out when it is zero, as the default. */
export function numberField(number: number, value: number | boolean): Buffer {
  return Number(value) === 0 ? Buffer.alloc(0) : Buffer.concat([varint(number << 3), varint(Number(value))]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  do {
    bytes.push((left % 128) | (left >= 128 ? 128 : 0));
    left = Math.floor(left / 128);
  } while (left > 0);
  return Buffer.from(bytes);
}

function readVarint(cursor: { bytes: Buffer; at: number }): number {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = cursor.bytes[cursor.at] ?? 0;
    cursor.at += 1;
    value += (byte & 127) * factor;
    if (byte < 128) return value;
  }
}
