import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { z } from "zod";
import { type Content, type Snapshot, snapshotOfBytes } from "#execution/workspace/snapshot.ts";

/** A package may have this much; what a real one has is a hundredth of it. */
export const MAX_PACKAGE_BYTES = 16 * 1_024 * 1_024;
export const MAX_PACKAGE_FILES = 2_000;

const Packed = z.array(z.object({ path: z.string(), executable: z.boolean(), base64: z.base64() }));

/** A package's files in one piece, to be sealed. */
export async function packPackage(snapshot: Snapshot): Promise<Buffer> {
  const files: z.infer<typeof Packed> = snapshot.entries.map(({ path, executable }) => ({
    path,
    executable,
    base64: (snapshot.bytes.get(path) ?? Buffer.alloc(0)).toString("base64"),
  }));
  return promisify(gzip)(JSON.stringify(files));
}

/** The files again. Its hash is counted anew, and so is the one that an approval names. */
export async function unpackPackage(packed: Buffer): Promise<Snapshot> {
  const text = await promisify(gunzip)(packed, { maxOutputLength: 2 * MAX_PACKAGE_BYTES });
  const files = Packed.parse(JSON.parse(text.toString("utf8")));
  return snapshotOfBytes(
    new Map(
      files.map(({ path, executable, base64 }): [string, Content] => [
        path,
        { executable, bytes: Buffer.from(base64, "base64") },
      ]),
    ),
  );
}
