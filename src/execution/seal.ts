import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/** Hides bytes at rest. What is sealed opens only with the same key, and only as what it was sealed for. */
export type Seal = {
  /** `belongsTo` is any text that names the owner (change, step, file); it is bound in, not hidden. */
  seal(bytes: Uint8Array, belongsTo: string): Buffer;
  /** Throws one sentence for people when the key or the owner differs, or a byte was changed. */
  open(sealed: Uint8Array, belongsTo: string): Buffer;
};

/** First byte of everything sealed, so that another way of sealing can come later. */
const FORMAT = 1;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/** Seals with AES-256-GCM and a random nonce: a row moved to another change, or altered, does not open. */
export function createSeal(key: Buffer): Seal {
  if (key.length !== KEY_BYTES)
    throw new Error(`An encryption key has ${KEY_BYTES} bytes, not ${key.length}.`);
  return {
    seal: (bytes, belongsTo) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(ownerOf(belongsTo));
      const hidden = Buffer.concat([cipher.update(bytes), cipher.final()]);
      return Buffer.concat([Buffer.of(FORMAT), nonce, cipher.getAuthTag(), hidden]);
    },
    open: (sealed, belongsTo) => {
      if (sealed.length < HEAD_BYTES || sealed[0] !== FORMAT) {
        throw new Error(`What is stored for ${belongsTo} was not sealed by Greenlight, or is cut short.`);
      }
      const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
      const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES })
        .setAAD(ownerOf(belongsTo))
        .setAuthTag(sealed.subarray(1 + NONCE_BYTES, HEAD_BYTES));
      try {
        return Buffer.concat([decipher.update(sealed.subarray(HEAD_BYTES)), decipher.final()]);
      } catch (cause) {
        throw new Error(
          `What is stored for ${belongsTo} cannot be opened. Either it was sealed with another GREENLIGHT_ENCRYPTION_KEY (every instance needs the same one), or the row was altered.`,
          { cause },
        );
      }
    },
  };
}

function ownerOf(belongsTo: string): Buffer {
  return Buffer.from(`greenlight ${FORMAT}\n${belongsTo}`, "utf8");
}
