import type { IncomingMessage } from "node:http";

/** The whole body; null when it is longer than so many bytes (it is read to its end all the same). */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size <= maxBytes) chunks.push(chunk as Buffer);
  }
  return size > maxBytes ? null : Buffer.concat(chunks);
}

/** The parts of a multipart body. */
export async function readForm(type: string, body: Buffer): Promise<FormData> {
  return await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
}
