import type { ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { errorObject } from "./answer.ts";
import { errorOfType, type ScriptedReply } from "./script.ts";
import { isObject, type Json } from "./wire-parts.ts";

/** About as much of a text as the API sends in one event. */
const PIECE_CHARS = 200;

type Streamed = Pick<ScriptedReply, "stall" | "pings" | "streamError" | "dropConnection">;

/** Sends a message as server-sent events, or what the script makes of that. */
export async function streamMessage(
  response: ServerResponse,
  message: Json,
  { stall, pings, streamError, dropConnection }: Streamed,
  { requestId, closing }: { requestId: string; closing: AbortSignal },
): Promise<void> {
  response.setHeader("content-type", "text/event-stream; charset=utf-8");
  const [start, ...rest] = eventsOf(message);
  send(response, start ?? {});
  if (stall === true) return;
  for (let sent = 0; sent < (pings?.count ?? 0); sent += 1) {
    await wait(pings?.everyMs ?? 0, null, { signal: closing });
    send(response, { type: "ping" });
  }
  if (streamError !== undefined) {
    const { type, message: words } = errorOfType(streamError);
    send(response, errorObject(type, words, requestId));
    return void response.end();
  }
  if (dropConnection === true) {
    for (const event of rest.slice(0, 2)) send(response, event);
    response.write('event: content_block_delta\ndata: {"type":"content', () => response.destroy());
    return;
  }
  for (const event of rest) send(response, event);
  response.end();
}

function send(response: ServerResponse, event: Json): void {
  response.write(`event: ${String(event["type"])}\ndata: ${JSON.stringify(event)}\n\n`);
}

/** The message's events: its start without content and with what was read, its blocks in pieces, its end with what was used. */
function eventsOf(message: Json): Json[] {
  const { content, stop_reason, stop_sequence, stop_details, container, usage } = message;
  const used = isObject(usage) ? usage : {};
  const blocks = Array.isArray(content) ? content.filter(isObject) : [];
  const start = {
    ...message,
    ...{ content: [], stop_reason: null, stop_details: null },
    usage: { ...used, output_tokens: 1, output_tokens_details: null },
  };
  return [
    { type: "message_start", message: start },
    ...blocks.flatMap(eventsOfBlock),
    { type: "message_delta", delta: { stop_reason, stop_sequence, stop_details, container }, usage: used },
    { type: "message_stop" },
  ];
}

function eventsOfBlock(block: Json, index: number): Json[] {
  const { start, text, delta } = partsOf(block);
  const pieces = Array.from({ length: Math.ceil(text.length / PIECE_CHARS) }, (_, piece) =>
    text.slice(piece * PIECE_CHARS, (piece + 1) * PIECE_CHARS),
  );
  return [
    { type: "content_block_start", index, content_block: start },
    ...pieces.map((piece) => ({ type: "content_block_delta", index, delta: delta(piece) })),
    ...("signature" in block
      ? [
          {
            type: "content_block_delta",
            index,
            delta: { type: "signature_delta", signature: block["signature"] },
          },
        ]
      : []),
    { type: "content_block_stop", index },
  ];
}

/** How a block begins, and what of it comes in pieces: a tool's input as JSON text. */
function partsOf(block: Json): { start: Json; text: string; delta: (piece: string) => Json } {
  switch (block["type"]) {
    case "tool_use":
      return {
        start: { ...block, input: {} },
        text: JSON.stringify(block["input"]),
        delta: (piece) => ({ type: "input_json_delta", partial_json: piece }),
      };
    case "thinking":
      return {
        start: { ...block, thinking: "", signature: "" },
        text: String(block["thinking"]),
        delta: (piece) => ({ type: "thinking_delta", thinking: piece }),
      };
    default:
      return {
        start: { ...block, text: "" },
        text: String(block["text"] ?? ""),
        delta: (piece) => ({ type: "text_delta", text: piece }),
      };
  }
}
