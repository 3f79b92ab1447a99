import type { FastifyReply } from "fastify";
import type { z } from "zod";
import { type ApprovalTerms, approversInWords } from "#change/approval.ts";

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Not authenticated",
  403: "Not allowed",
  404: "Not found",
  409: "Conflict",
  413: "Too large",
  415: "Unsupported media type",
  429: "Too many",
  500: "Internal fault",
  501: "Not available yet",
  503: "Not ready",
};

/** Answers with a problem document (RFC 9457). `detail` says what was found and what to do, and nothing of our insides; `more` are fields beside. */
export function problem(
  reply: FastifyReply,
  status: number,
  detail: string,
  more: object = {},
): FastifyReply {
  const title = TITLES[status] ?? "Error";
  return reply
    .code(status)
    .type("application/problem+json")
    .send(JSON.stringify({ type: "about:blank", title, status, detail, ...more }));
}

/** What is wrong with a body or a query, for whoever sent it: each field with its fault. */
export function faultsOf(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`).join("; ");
}

/** A refusal with who may do it, where the rules tell. */
export function whoCan({ reason, terms }: { reason: string; terms?: ApprovalTerms }): string {
  return terms === undefined ? reason : `${reason} Who can: ${approversInWords(terms)}.`;
}
