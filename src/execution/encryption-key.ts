import { randomBytes } from "node:crypto";
import { link, mkdir, open, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";

const KEY_BYTES = 32;
/** Rights of anybody but the owner. */
const OTHERS = 0o077;

/**
 * The key that hides saved plans at rest: the configured one, else the one kept in the data directory, made on the first
 * start. An existing file is never written over, since what it sealed would be lost; a damaged one is an error.
 */
export async function openEncryptionKey(configured: Buffer | null, dataDir: string): Promise<Buffer> {
  if (configured !== null) return configured;
  const file = join(dataDir, "encryption.key");
  const found = await readKey(file);
  if (found !== null) return found;
  await mkdir(dataDir, { recursive: true });
  await place(file, `${randomBytes(KEY_BYTES).toString("base64")}\n`);
  const made = await readKey(file);
  if (made === null) throw new Error(`${file} was made and is gone again. Is something cleaning ${dataDir}?`);
  return made;
}

/** Null when there is no file. */
async function readKey(file: string): Promise<Buffer | null> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return null;
    throw new Error(`The encryption key ${file} is there and cannot be read. Mend its rights.`, { cause });
  });
  if (text === null) return null;
  const { mode } = await stat(file);
  if (process.platform !== "win32" && (mode & OTHERS) !== 0) {
    throw new Error(`The encryption key ${file} can be read by others. Run \`chmod 600 ${file}\`.`);
  }
  const key = /^[A-Za-z0-9+/]{43}=\n?$/.test(text) ? Buffer.from(text, "base64") : null;
  if (key?.length === KEY_BYTES) return key;
  throw new Error(
    `The encryption key ${file} is damaged: it should hold ${KEY_BYTES} bytes in base64. Restore it from a backup. If there is none, delete it: a new one is made, and plans that wait for approval have to be planned again.`,
  );
}

/** Puts the whole file there in one step, readable by us alone; does nothing when another start was first. */
async function place(file: string, content: string): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  const handle = await open(draft, "wx", 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
    await link(draft, file);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    await handle.close();
    await rm(draft, { force: true });
  }
}
