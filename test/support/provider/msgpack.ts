/** A value terraform does not know yet. */
export const UNKNOWN: unique symbol = Symbol("unknown");

/** What terraform sends as a value. Bytes are the type of a value that may be of any. */
export type Value =
  | null
  | boolean
  | number
  | string
  | Buffer
  | typeof UNKNOWN
  | Value[]
  | { [key: string]: Value };

/** Writes a value as terraform reads it. */
export function pack(value: Value): Buffer {
  if (value === UNKNOWN) return Buffer.of(0xd4, 0, 0);
  if (value === null) return Buffer.of(0xc0);
  if (typeof value === "boolean") return Buffer.of(value ? 0xc3 : 0xc2);
  if (typeof value === "number") return packNumber(value);
  if (typeof value === "string") return withLength(0xdb, Buffer.from(value));
  if (Buffer.isBuffer(value)) return withLength(0xc6, value);
  if (Array.isArray(value)) return Buffer.concat([head(0xdd, value.length), ...value.map(pack)]);
  const entries = Object.entries(value);
  return Buffer.concat([
    head(0xdf, entries.length),
    ...entries.flatMap(([key, one]) => [pack(key), pack(one)]),
  ]);
}

/** Reads one value; empty bytes are none. */
export function unpack(bytes: Buffer): Value {
  return bytes.length === 0 ? null : read({ bytes, at: 0 });
}

type Cursor = { bytes: Buffer; at: number };

function read(cursor: Cursor): Value {
  const tag = take(cursor, 1).readUInt8();
  if (tag < 0x80) return tag;
  if (tag >= 0xe0) return tag - 0x100;
  if (tag < 0x90) return readMap(cursor, tag & 15);
  if (tag < 0xa0) return readList(cursor, tag & 15);
  if (tag < 0xc0) return take(cursor, tag & 31).toString();
  if (tag === 0xc0) return null;
  if (tag === 0xc2 || tag === 0xc3) return tag === 0xc3;
  if (tag === 0xca) return take(cursor, 4).readFloatBE();
  if (tag === 0xcb) return take(cursor, 8).readDoubleBE();
  return readSized(cursor, tag);
}

/** Tags that say how long the length or number behind them is. */
const SIZED: readonly [first: number, read: (cursor: Cursor, bytes: number) => Value][] = [
  [0xc4, (cursor, bytes) => Buffer.from(take(cursor, readUnsigned(cursor, bytes)))],
  [0xcc, readUnsigned],
  [0xd0, readSigned],
  [0xd9, (cursor, bytes) => take(cursor, readUnsigned(cursor, bytes)).toString()],
];

function readSized(cursor: Cursor, tag: number): Value {
  if (tag === 0xdc || tag === 0xdd) return readList(cursor, readUnsigned(cursor, tag === 0xdc ? 2 : 4));
  if (tag === 0xde || tag === 0xdf) return readMap(cursor, readUnsigned(cursor, tag === 0xde ? 2 : 4));
  const sized = SIZED.find(
    ([first]) => tag >= first && tag < first + (first === 0xc4 || first === 0xd9 ? 3 : 4),
  );
  if (sized !== undefined) return sized[1](cursor, 1 << (tag - sized[0]));
  // Every extension that terraform sends is a value it does not know, with or without what it knows of it.
  const length = tag >= 0xd4 ? 1 << (tag - 0xd4) : readUnsigned(cursor, 1 << (tag - 0xc7));
  take(cursor, 1 + length);
  return UNKNOWN;
}

function readList(cursor: Cursor, length: number): Value[] {
  return Array.from({ length }, () => read(cursor));
}

function readMap(cursor: Cursor, length: number): Value {
  return Object.fromEntries(Array.from({ length }, () => [String(read(cursor)), read(cursor)]));
}

function readUnsigned(cursor: Cursor, length: number): number {
  const bytes = take(cursor, length);
  return length === 8 ? Number(bytes.readBigUInt64BE()) : bytes.readUIntBE(0, length);
}

function readSigned(cursor: Cursor, length: number): number {
  const bytes = take(cursor, length);
  return length === 8 ? Number(bytes.readBigInt64BE()) : bytes.readIntBE(0, length);
}

function take(cursor: Cursor, length: number): Buffer {
  cursor.at += length;
  return cursor.bytes.subarray(cursor.at - length, cursor.at);
}

function packNumber(value: number): Buffer {
  if (Number.isInteger(value) && value >= 0 && value < 128) return Buffer.of(value);
  const bytes = Buffer.alloc(9);
  if (Number.isSafeInteger(value)) {
    bytes.writeUInt8(0xd3);
    bytes.writeBigInt64BE(BigInt(value), 1);
  } else {
    bytes.writeUInt8(0xcb);
    bytes.writeDoubleBE(value, 1);
  }
  return bytes;
}

function withLength(tag: number, content: Buffer): Buffer {
  return Buffer.concat([head(tag, content.length), content]);
}

function head(tag: number, length: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(tag);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}
