import { inflateRawSync } from "node:zlib";
import type { ArchiveEntry } from "./archive-tar.ts";

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
/** The end's own length, and the longest comment behind it. */
const END_BYTES = 22;
const COMMENT_BYTES = 65_535;

/** The plain files of a zip archive, at most `room` bytes of them. Links and directories are left out. Throws for what is no plain zip. */
export function readZip(bytes: Buffer, room: number): ArchiveEntry[] {
  const end = endOf(bytes);
  const count = bytes.readUInt16LE(end + 10);
  const entries: ArchiveEntry[] = [];
  let left = room;
  for (let at = bytes.readUInt32LE(end + 16), index = 0; index < count; index += 1) {
    if (bytes.readUInt32LE(at) !== CENTRAL) throw new Error("its list of files is odd");
    const nameLength = bytes.readUInt16LE(at + 28);
    const path = bytes.subarray(at + 46, at + 46 + nameLength).toString("utf8");
    const mode = bytes.readUInt32LE(at + 38) >>> 16;
    const isPlain = (mode & 0o170000) === 0 || (mode & 0o170000) === 0o100000;
    if (isPlain && !path.endsWith("/")) {
      const content = contentOf(bytes, at, left);
      left -= content.length;
      entries.push({ path, bytes: content, executable: (mode & 0o100) !== 0 });
    }
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

function contentOf(bytes: Buffer, at: number, room: number): Buffer {
  const flags = bytes.readUInt16LE(at + 8);
  const method = bytes.readUInt16LE(at + 10);
  const packed = bytes.readUInt32LE(at + 20);
  const size = bytes.readUInt32LE(at + 24);
  const local = bytes.readUInt32LE(at + 42);
  if ((flags & 1) !== 0) throw new Error("a file in it is encrypted");
  if (size > room) throw new Error("its files are too large");
  if (bytes.readUInt32LE(local) !== LOCAL) throw new Error("a file's header is odd");
  const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  const content = bytes.subarray(start, start + packed);
  if (content.length !== packed) throw new Error("it is cut short");
  if (method !== 0 && method !== 8) throw new Error("a file in it is packed in a way that is not known");
  const whole = method === 0 ? content : inflateRawSync(content, { maxOutputLength: Math.max(1, size) });
  if (whole.length !== size) throw new Error("a file in it has another size than it says");
  return whole;
}

function endOf(bytes: Buffer): number {
  const first = Math.max(0, bytes.length - END_BYTES - COMMENT_BYTES);
  for (let at = bytes.length - END_BYTES; at >= first; at -= 1) {
    if (bytes.readUInt32LE(at) === END) return at;
  }
  throw new Error("it has no end");
}
