import { describe, it } from "node:test";
import { z } from "zod";
import { AwayError } from "#change/away.ts";
import type { Cancelled, Changes, Decided, Unlocked } from "#change/changes.ts";
import { createServer } from "#http/server.ts";
import { approvedIn } from "#test/support/approved.ts";
import { aPort } from "#test/support/port.ts";
import { BEN, later, STAGES, scaling, theApproval, theTerms } from "#test/support/stages.ts";

const SECRET = "0123456789abcdef";
const Problem = z.looseObject({ title: z.string(), status: z.int(), detail: z.string() });
const { change } = STAGES.waiting;
const at = `/infra-change/${change.id}`;
const stale = { answer: "approve", revision: 1, digest: "a".repeat(64) };
const terms = theTerms();

type Send = { port?: Partial<Changes>; body?: unknown; tokens?: boolean; isReady?: boolean; key?: string };

/** The problem document that this call is answered with. */
async function problemOf(method: "GET" | "POST", url: string, send: Send = {}): Promise<string> {
  const { port = {}, body, tokens = true, isReady = true, key } = send;
  const token = { name: "ci", role: "approver", slackId: null, secret: SECRET } as const;
  const app = createServer({
    changes: aPort({ get: async () => change, ...port }),
    ...{ tokens: tokens ? [token] : [], isReady: async () => isReady, onFault: () => undefined },
  });
  const headers = {
    authorization: `Bearer ${SECRET}`,
    ...(key === undefined ? {} : { "idempotency-key": key }),
    ...(body === undefined ? {} : { "content-type": "application/json" }),
  };
  const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
  const answer = await app.inject({ method, url, headers, ...payload });
  await app.close();
  const { status, title, detail } = Problem.parse(answer.json());
  return `${status} ${title}\n${detail}`;
}

describe("the words of problem documents", () => {
  const approved = approvedIn("problems");

  it("of any call", async () => {
    approved("no-such-address", await problemOf("GET", "/nothing"));
    approved("not-ready", await problemOf("GET", "/readyz", { isReady: false }));
    approved("metrics", await problemOf("GET", "/metrics"));
    approved("no-tokens", await problemOf("GET", at, { tokens: false }));
    const away = { get: () => Promise.reject(new AwayError(new Error("away"))) };
    approved("database-away", await problemOf("GET", at, { port: away }));
    approved("fault", await problemOf("GET", at, { port: { get: () => Promise.reject(new Error("x")) } }));
    approved("no-such-change", await problemOf("GET", at, { port: { get: async () => null } }));
  });

  it("of a request", async () => {
    const ask = (asked: Awaited<ReturnType<Changes["ask"]>>) =>
      problemOf("POST", "/infra-change", { port: { ask: async () => asked }, body: { description: "x" } });
    approved("ask-empty", await problemOf("POST", "/infra-change", { body: {} }));
    const long = { body: { description: "x" }, key: "k".repeat(201) };
    approved("ask-long-key", await problemOf("POST", "/infra-change", long));
    approved("ask-forbidden", await ask({ kind: "forbidden", reason: "THE REASON." }));
    approved("ask-refused", await ask({ kind: "refused", reason: "THE REASON." }));
    approved("ask-other-under-key", await ask({ kind: "repeated", change, isOther: true }));
  });

  it("of a decision", async () => {
    const decide = (decided: Decided) =>
      problemOf("POST", `${at}/decision`, { port: { decide: async () => decided }, body: stale });
    const decision = theApproval({ answer: "approve", by: BEN, decidedAt: later(5) });
    approved("decide-already", await decide({ kind: "already", change, decision }));
    approved("decide-stale", await decide({ kind: "stale", change, reason: "THE REASON." }));
    approved("decide-refused", await decide({ kind: "refused", reason: "THE REASON.", terms }));
    approved("decide-unknown", await decide({ kind: "unknown" }));
    approved("decide-body", await problemOf("POST", `${at}/decision`, { body: { digest: 1 } }));
  });

  it("of a cancel and an unlock", async () => {
    const cancel = (cancelled: Cancelled) =>
      problemOf("POST", `${at}/cancel`, { port: { cancel: async () => cancelled }, body: {} });
    approved("cancel-already", await cancel({ kind: "already", change, reason: "THE REASON." }));
    const since = later(1);
    approved("cancel-since", await cancel({ kind: "already", change, reason: "THE REASON.", since }));
    approved("cancel-refused", await cancel({ kind: "refused", reason: "THE REASON.", terms }));
    approved("cancel-unknown", await cancel({ kind: "unknown" }));
    const unlock = (unlocked: Unlocked) =>
      problemOf("POST", `${at}/unlock`, {
        port: { unlock: async () => unlocked, get: async () => scaling({}) },
        body: { reason: "nobody looks at it" },
      });
    approved("unlock-nothing", await unlock({ kind: "nothing", reason: "THE REASON." }));
    approved("unlock-since", await unlock({ kind: "nothing", reason: "THE REASON.", since }));
    approved("unlock-busy", await unlock({ kind: "busy", reason: "THE REASON." }));
    approved("unlock-refused", await unlock({ kind: "refused", reason: "THE REASON.", terms }));
    approved("unlock-unknown", await unlock({ kind: "unknown" }));
    approved("unlock-body", await problemOf("POST", `${at}/unlock`, { body: {} }));
  });
});
