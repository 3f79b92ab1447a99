import { describe, it } from "node:test";
import type { Change } from "#change/change.ts";
import type { Asked, Changes } from "#change/changes.ts";
import type { Checked, Listed } from "#change/listed.ts";
import { answerTyped } from "#slack/asking/typed-line.ts";
import type { Identity } from "#slack/client/identity.ts";
import { approvedIn } from "#test/support/approved.ts";
import { aRecord } from "#test/support/changes.ts";
import { slackDeps } from "#test/support/slack-deps.ts";
import { ANA, later, listed, STAGES, type Stage, theTerms } from "#test/support/stages.ts";

const { change } = STAGES.waiting;
const terms = theTerms();
const DIRECT = "D1";

type Given = {
  port?: Partial<Changes>;
  where?: string;
  channels?: string[];
  nobodyCanApprove?: boolean;
  canAttach?: boolean;
  isMessage?: boolean;
};

/** What is answered to a line that Ana types. */
function type(text: string, given: Given = {}) {
  const { port = {}, where = "C1", channels = [], nobodyCanApprove = false, canAttach = true } = given;
  const deps = slackDeps({
    known: () => ({ ok: true, person: ANA }),
    changes: port,
    identity: { canAttach } as Identity,
    linkTo: () => "https://acme.slack.com/archives/C1/p1700000000000001",
    now: () => later(10),
    ...{ channels, nobodyCanApprove },
  });
  const at = { userId: "U0ANA", userTeamId: "T1", teamId: "T1", channelId: where };
  const source = given.isMessage === true ? { channelId: where, ts: "1700000000.000001" } : null;
  const line = { command: "/infra", text, where: at, key: "k", source };
  return answerTyped(deps, line);
}

function finds({ change: found, steps }: Stage): Partial<Changes> {
  return {
    find: async () => ({ kind: "one", change: found, cardTs: "1700000000.000001" }),
    steps: async () => steps,
    logs: async () => ({ head: [], tail: [{ number: 1, stream: "out", text: "scaled" }], omitted: 0 }),
  };
}

const nothing: Partial<Changes> = { find: async () => ({ kind: "none" }) };
const listing = (page: Listed): Partial<Changes> => ({ list: async () => page });
const page = (stages: Stage[]): Listed => {
  const changes = stages.map((stage) => listed(stage));
  return { changes, ids: changes.map(({ id }) => id), next: null };
};

describe("the words after /infra", () => {
  const approved = approvedIn("words");
  it("help", async () => approved("help", await type("help")));

  it("what is no word, or has too little or too much behind it", async () => {
    const lines: Readonly<Record<string, string>> = {
      greeting: "hi",
      thanks: "thanks a lot!",
      misspelt: "lsit mine",
      "misspelt-with-id": "cancle 12345678 not needed",
      foreign: "approve 12345678",
      "one-word": "deploy",
      "list-usage": "list the pods in staging",
      "cancel-usage": "cancel the rollout in production",
      "status-usage": "status",
      "logs-usage": "logs payment-api",
      "check-usage": "check",
      "plan-usage": "plan restart",
      "history-usage": "history",
      "cancel-long-reason": `cancel ${change.id} ${"x".repeat(2_000)}`,
      "unlock-usage": "unlock",
      "unlock-no-reason": `unlock ${change.id}`,
    };
    for (const [name, line] of Object.entries(lines))
      approved(name, await type(line, { port: finds(STAGES.waiting) }));
  });

  it("an id", async () => {
    approved("id-unknown", await type("status 01234567", { port: nothing }));
    const changes = [STAGES.waiting, STAGES.done].map((stage) => listed(stage));
    const several: Partial<Changes> = { find: async () => ({ kind: "several", changes }) };
    approved("id-several", await type("status 01890000", { port: several }));
  });

  it("status", async () => {
    for (const status of ["waiting", "running", "needs_person", "done", "failed", "blocked"] as const)
      approved(`status-${status}`, await type(`status ${change.id}`, { port: finds(STAGES[status]) }));
  });

  it("logs", async () => {
    approved("logs", await type(`logs ${change.id}`, { port: finds(STAGES.done) }));
    approved("logs-nothing", await type(`logs ${change.id}`, { port: finds(STAGES.waiting) }));
    approved("logs-step-not-run", await type(`logs ${change.id} 3`, { port: finds(STAGES.done) }));
    approved("logs-no-step", await type(`logs ${change.id} one`, { port: finds(STAGES.done) }));
    const long: Partial<Changes> = {
      ...finds({ change, steps: Array.from({ length: 60 }, (_, at) => aRecord({ attempt: at + 1 })) }),
      logs: async () => ({ head: [], tail: [{ number: 9, stream: "out", text: "x" }], omitted: 8 }),
    };
    const [head] = [await type(`logs ${change.id}`, { port: long, canAttach: false })];
    approved("logs-long", { ...head, blocks: head.blocks.slice(0, 7) });
  });

  it("history", async () => {
    const found: Partial<Changes> = { history: async () => [listed(STAGES.done)] };
    approved("history", await type("history payment-api", { port: found }));
    approved("history-none", await type("history THE TARGET.", { port: { history: async () => [] } }));
  });

  it("list", async () => {
    const full = page([STAGES.waiting, STAGES.needs_person]);
    approved("list", await type("list waiting", { port: listing(full) }));
    approved("list-all-groups", await type("list", { port: listing(full) }));
    const none = listing(page([]));
    approved("list-none-waiting", await type("list waiting", { port: none }));
    approved("list-none-narrowed", await type("list mine staging", { port: none }));
    approved("list-none-direct", await type("list", { port: none, where: DIRECT }));
    const many = Array.from({ length: 100 }, (_, at) => listed(STAGES.done, { id: idOf(at) }));
    const ids = many.map(({ id }) => id);
    const long = await type("list recent", {
      port: listing({ changes: many.slice(0, 10), ids, next: null }),
    });
    approved("list-many", long);
    const some = listing({ changes: many.slice(0, 10), ids: ids.slice(0, 20), next: null });
    approved("list-many-groups", await type("list", { port: some }));
  });

  it("check", async () => {
    const line = "kubectl scale deployment/web --replicas=9 -n production";
    const base = {
      line,
      reasons: ["changes how many replicas run"],
      environment: "production",
      mayNotAsk: null,
    };
    const allow = { decision: "allow", risk: "medium", ...base } as const;
    const problem = theTerms({ problem: "nobody may approve this." });
    const all: Readonly<Record<string, Checked>> = {
      "check-asked": { ...allow, terms },
      "check-unattended": { ...allow, terms: theTerms({ asksPerson: false }) },
      "check-no-environment": { ...allow, environment: null, terms },
      "check-impossible": { ...allow, terms: problem },
      "check-may-not-ask": { ...allow, terms, mayNotAsk: "THE REASON." },
      "check-refused": { decision: "deny", line: "THE LINE.", reasons: ["THE REASON."] },
    };
    for (const [name, checked] of Object.entries(all))
      approved(name, await type(`check ${line}`, { port: { check: async () => checked } }));
  });
});

describe("the words after a request", () => {
  const approved = approvedIn("asking");
  const ask = (asked: Asked, given: Given = {}) =>
    type("restart web in production", { ...given, port: { ask: async () => asked } });
  const queued = { ...STAGES.queued.change, queuePlace: 1, request: "THE REQUEST." };
  const accepted = (of: Partial<Change> = {}): Asked => ({ kind: "accepted", change: { ...queued, ...of } });
  it("taken on", async () => {
    approved("accepted", await ask(accepted()));
    approved("accepted-in-line", await ask(accepted({ queuePlace: 3 })));
    approved("accepted-plan-only", await ask(accepted({ planOnly: true })));
    approved("accepted-no-approvers", await ask(accepted(), { nobodyCanApprove: true }));
    approved("accepted-from-elsewhere", await ask(accepted(), { where: DIRECT, channels: ["C1"] }));
    const again: Asked = { kind: "repeated", change: queued, isOther: false };
    approved("repeated-elsewhere", await ask(again, { where: DIRECT, channels: ["C1"] }));
    approved("repeated", await ask({ kind: "repeated", change: queued, isOther: false }));
  });
  it("not taken on", async () => {
    approved("refused", await ask({ kind: "refused", reason: "THE REASON." }));
    approved("in-a-direct-message", await ask(accepted(), { where: DIRECT }));
  });
});

function idOf(number: number): string {
  return change.id.replace(/.{2}$/u, String(number).padStart(2, "0"));
}
