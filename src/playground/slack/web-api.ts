import type { IncomingMessage, ServerResponse } from "node:http";
import { type Answer, type Args, jsonArg, refuse, refuseWith } from "./answer.ts";
import { readForm } from "./body.ts";
import { isObject } from "./check.ts";
import type { Fault } from "./faults.ts";
import { chatMethods } from "./methods-chat.ts";
import { fileMethods } from "./methods-files.ts";
import { missingScope } from "./methods-find.ts";
import { readMethods } from "./methods-read.ts";
import { viewMethods } from "./methods-views.ts";
import type { Method, Stand } from "./stand.ts";

/** One call of the Web API as it came in and was answered. `args` is without the token. */
export type Call = { method: string; args: Args; at: number; status: number; answer: Answer | null };

const METHODS: Record<string, Method> = { ...chatMethods, ...readMethods, ...viewMethods, ...fileMethods };
const CALLS_KEPT = 10_000;

/** Answers one call: armed faults first, then the token, the scopes and the method itself. */
export function answerCall(
  stand: Stand,
  calls: Call[],
  incoming: { method: string; args: Args; authorization: string | undefined; response: ServerResponse },
): void {
  const { method, response } = incoming;
  const { token, ...args } = incoming.args;
  const call: Call = { method, args, at: stand.workspace.now(), status: 200, answer: null };
  calls.push(call);
  if (calls.length > CALLS_KEPT) calls.shift();
  const fault = stand.faults.take(method, args["channel"]);
  if (fault !== null && fault.kind !== "drop") {
    sendFault(call, fault, response);
    return;
  }
  const bearer = incoming.authorization?.replace(/^Bearer\s+/i, "") ?? token;
  const withheld = refusedBlocks(stand, args);
  call.answer = withheld ?? run(stand, method, args, bearer);
  if (withheld === null) stand.refused.note(method, call.answer);
  if (fault !== null) {
    response.destroy();
    return;
  }
  response.setHeader("x-oauth-scopes", [...stand.scopes].join(","));
  const needed = METHODS[method]?.scopes ?? [];
  if (needed.length > 0) response.setHeader("x-accepted-oauth-scopes", needed.join(","));
  send(response, 200, call.answer);
}

/** Slack's refusal of blocks that this workspace has not got yet, or null. */
function refusedBlocks(stand: Stand, args: Args): Answer | null {
  const kinds = stand.faults.refusedKinds();
  const blocks = kinds.length === 0 ? null : jsonArg(args, "blocks");
  if (!Array.isArray(blocks)) return null;
  const faults = blocks.flatMap((block, index) =>
    isObject(block) && kinds.includes(String(block["type"]))
      ? [`unsupported type: ${String(block["type"])} [json-pointer:/blocks/${index}/type]`]
      : [],
  );
  return faults.length === 0 ? null : refuseWith("invalid_blocks", faults);
}

/** Reads the arguments of a call from its query, form, multipart or JSON body. */
export async function readArgs(request: IncomingMessage, url: URL, body: Buffer): Promise<Args> {
  const query: Args = Object.fromEntries(url.searchParams);
  const type = request.headers["content-type"] ?? "";
  if (body.length === 0) return query;
  if (type.startsWith("application/json")) {
    const parsed: unknown = JSON.parse(body.toString("utf8"));
    return { ...query, ...(parsed as Args) };
  }
  if (type.startsWith("multipart/form-data")) {
    return { ...query, ...Object.fromEntries(await readForm(type, body)) };
  }
  return { ...query, ...Object.fromEntries(new URLSearchParams(body.toString("utf8"))) };
}

/** Sends JSON with this status. */
export function send(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status;
  response.setHeader("content-type", "application/json; charset=utf-8");
  response.end(JSON.stringify(body));
}

function run(stand: Stand, name: string, args: Args, bearer: unknown): Answer {
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (method === undefined) return refuse("unknown_method", { req_method: name });
  const refused = checkToken(stand, method, bearer) ?? missingScope(stand, method.scopes);
  return refused ?? method.run(stand, args);
}

function checkToken(stand: Stand, method: Method, bearer: unknown): Answer | null {
  if (method.token === "any") return null;
  if (typeof bearer !== "string" || bearer === "") return refuse("not_authed");
  if (bearer !== stand.tokens.bot && bearer !== stand.tokens.app) return refuse("invalid_auth");
  return bearer === stand.tokens[method.token] ? null : refuse("not_allowed_token_type");
}

function sendFault(call: Call, fault: Exclude<Fault, { kind: "drop" }>, response: ServerResponse): void {
  if (fault.kind === "error") call.answer = refuse(fault.code);
  else if (fault.kind === "ratelimit") {
    call.answer = refuse("ratelimited");
    call.status = 429;
    response.setHeader("retry-after", String(fault.retryAfterSeconds));
  } else call.status = fault.status;
  send(response, call.status, call.answer ?? { ok: false, error: "internal_error" });
}
