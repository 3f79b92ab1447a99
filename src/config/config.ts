import { resolve } from "node:path";
import { z } from "zod";
import { Effort } from "#change/model/effort.ts";
import type { ModelPrices as Prices } from "#change/model/prices.ts";
import type { Means } from "#execution/box/box.ts";
import { budgetOf, ModelBudget } from "./budget.ts";
import { ModelPrices } from "./prices.ts";
import { readSlack, type SlackSettings } from "./slack.ts";
import { type ApiToken, list, SLACK_USER, Tokens } from "./tokens.ts";
import { type Tracing, tracingOf } from "./tracing.ts";
import { unknownNames } from "./unknown-names.ts";

/** All settings, read once. */
export type Config = {
  host: string;
  port: number;
  dataDir: string;
  model:
    | { kind: "real"; apiKey: string; baseUrl: string | null; name: string }
    | { kind: "stand-in"; name: string };
  /** US dollars per million tokens; null: nobody has said. */
  modelPrices: Prices | null;
  /** How much the model thinks. */
  effort: { planner: Effort; reviewer: Effort };
  /** How much of the model may be used; null: no limit. */
  modelBudget: ModelBudget;
  slack: SlackSettings;
  database: { kind: "url"; url: string } | { kind: "embedded" };
  /** Slack user ids who may approve; nobody when empty. */
  approvers: string[];
  /** Slack user ids, and channel ids, that asking is narrowed to; not narrowed when empty. */
  requesters: string[];
  channels: string[];
  /** Hides saved plans at rest. Null: one is made and kept in the data directory. */
  encryptionKey: Buffer | null;
  policyFile: string | null;
  workspace: string | null;
  mix: boolean;
  /** What keeps commands from what is not theirs; auto: the first that holds on this machine. */
  box: Means | "auto";
  tokens: ApiToken[];
  /** Null: no traces. */
  tracing: Tracing | null;
  /** Settings that do nothing, each with why. */
  warnings: string[];
  /** What a child's environment is picked from. */
  inherited: Record<string, string | undefined>;
};

const KEY_BYTES = 32;
const Key = z.string().transform((text, context) => {
  const key = Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? "hex" : "base64");
  if (key.length === KEY_BYTES) return key;
  context.addIssue(`is not ${KEY_BYTES} bytes in base64 or hex. \`openssl rand -base64 32\` makes one`);
  return z.NEVER;
});

const Port = z
  .string()
  .regex(/^\d{1,5}$/, "is not a port number, 0 to 65535")
  .transform(Number)
  .pipe(z.number().max(65_535, "is not a port number, 0 to 65535"));

/** Slack's ids; a name or a mention here would silently match nobody. */
const ids = (shape: RegExp, what: string) =>
  list.refine((all) => all.every((id) => shape.test(id)), `is not a comma-separated list of ${what}`);
const userIds = ids(SLACK_USER, "Slack user ids (U…, from a person's profile)");
const channelIds = ids(/^[CG][A-Z0-9]+$/, "Slack channel ids (C…, from a channel's details)");

const effortOr = (preset: Effort) =>
  z
    .enum(Effort.options, `is ${Effort.options.slice(0, -1).join(", ")} or ${Effort.options.at(-1)}`)
    .default(preset);

const Environment = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: Port.default(3_000),
  GREENLIGHT_DATA: z.string().default(".greenlight"),
  GREENLIGHT_MODEL: z.string().default("claude-sonnet-5-5"),
  GREENLIGHT_MODEL_PRICES: ModelPrices.optional(),
  GREENLIGHT_EFFORT_PLANNER: effortOr("medium"),
  GREENLIGHT_EFFORT_REVIEWER: effortOr("low"),
  GREENLIGHT_BUDGET: ModelBudget.optional(),
  ANTHROPIC_API_KEY: z.string().optional(),
  ANTHROPIC_BASE_URL: z.url().optional(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "must begin with postgres://")
    .optional(),
  GREENLIGHT_APPROVERS: userIds,
  GREENLIGHT_REQUESTERS: userIds,
  GREENLIGHT_CHANNELS: channelIds,
  GREENLIGHT_ENCRYPTION_KEY: Key.optional(),
  GREENLIGHT_POLICY: z.string().optional(),
  GREENLIGHT_WORKSPACE: z.string().optional(),
  GREENLIGHT_MIX: z.literal("yes", "is yes or unset").optional(),
  GREENLIGHT_BOX: z
    .enum(["auto", "bwrap", "user", "landlock", "none"], "is auto, bwrap, user, landlock or none")
    .default("auto"),
  GREENLIGHT_API_TOKENS: Tokens,
  NODE_ENV: z.string().optional(),
  LANGSMITH_TRACING: z.string().optional(),
  LANGSMITH_ENDPOINT: z.url().optional(),
  LANGSMITH_API_KEY: z.string().optional(),
  LANGSMITH_PROJECT: z.string().optional(),
  LANGCHAIN_TRACING_V2: z.string().optional(),
  LANGCHAIN_ENDPOINT: z.url().optional(),
  LANGCHAIN_API_KEY: z.string().optional(),
  LANGCHAIN_PROJECT: z.string().optional(),
  KUBECONFIG: z.string().optional(),
  SLACK_API_URL: z.url().optional(),
});
type Environment = z.infer<typeof Environment>;

/** Reads the environment into settings, or lists every fault in it; never repeats a value, which may be a secret. */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
): { ok: true; config: Config } | { ok: false; faults: string[] } {
  // A variable set to nothing is a variable left out.
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = Environment.safeParse(set);
  const slack = readSlack(set);
  const unknown = unknownNames(set, Object.keys(Environment.shape));
  const faults = [
    ...(parsed.success ? [] : parsed.error.issues.map(faultOf)),
    ...(slack.ok ? [] : slack.faults),
    ...mixtures(set, slack.ok ? slack.slack : null),
    ...unknown.faults,
  ];
  if (!parsed.success || !slack.ok || faults.length > 0) return { ok: false, faults };
  return { ok: true, config: toConfig(parsed.data, slack.slack, env, unknown.warnings) };
}

/** The values that must never be shown anywhere. */
export function secretsOf(config: Config): string[] {
  const secrets = config.tokens.map((token) => token.secret);
  if (config.model.kind === "real") secrets.push(config.model.apiKey);
  if (config.tracing !== null && config.tracing.apiKey !== null) secrets.push(config.tracing.apiKey);
  if (config.slack.kind === "real") {
    secrets.push(config.slack.botToken);
    secrets.push(config.slack.mode === "socket" ? config.slack.appToken : config.slack.signingSecret);
  }
  if (config.encryptionKey !== null) {
    secrets.push(config.encryptionKey.toString("base64"), config.encryptionKey.toString("hex"));
  }
  if (config.database.kind === "url") secrets.push(config.database.url, ...passwordsIn(config.database.url));
  return secrets;
}

/** A database address's password, as written and as meant. Not `new URL`: it refuses what pg takes, an address without a host. */
function passwordsIn(url: string): string[] {
  const written = [/^[a-z]+:\/\/[^:@/]*:([^@/]*)@/.exec(url)?.[1], /[?&]password=([^&#]*)/.exec(url)?.[1]];
  return written.flatMap((text) => {
    if (text === undefined || text === "") return [];
    try {
      return [text, decodeURIComponent(text)];
    } catch {
      // A lone % is no escape; pg takes it as it is.
      return [text];
    }
  });
}

function faultOf(issue: z.core.$ZodIssue): string {
  const [name, index] = issue.path;
  const which = typeof index === "number" ? ` number ${index + 1}` : "";
  return `${String(name)}${which}: ${issue.message}`;
}

/** What each variable alone does not show. */
function mixtures(env: { [name: string]: string | undefined }, slack: SlackSettings | null): string[] {
  const faults: string[] = [];
  if (env["NODE_ENV"] === "production" && env["DATABASE_URL"] === undefined) {
    faults.push("DATABASE_URL: is not set, and NODE_ENV is production. Name a PostgreSQL that is backed up.");
  }
  if (env["DATABASE_URL"] !== undefined && env["GREENLIGHT_ENCRYPTION_KEY"] === undefined) {
    faults.push(
      "GREENLIGHT_ENCRYPTION_KEY: is not set, and DATABASE_URL is. Saved plans are kept encrypted in that database, and every instance needs the same key. `openssl rand -base64 32` makes one.",
    );
  }
  if (env["GREENLIGHT_MIX"] !== undefined) return faults;
  // Neither made-up plans nor a playground where everybody may press Approve must reach something real by accident.
  const real = [env["KUBECONFIG"], env["GREENLIGHT_WORKSPACE"]].some((value) => value !== undefined);
  if (real && (env["ANTHROPIC_API_KEY"] === undefined || slack?.kind === "stand-in")) {
    faults.push(
      "KUBECONFIG, GREENLIGHT_WORKSPACE: would let the playground or the stand-in model change something real. Set ANTHROPIC_API_KEY and SLACK_*, or GREENLIGHT_MIX=yes if that is meant.",
    );
  }
  if (slack?.kind === "real" && !real) {
    faults.push(
      "GREENLIGHT_WORKSPACE: is not set, so the real Slack would work on the playground's cluster. Name your workspace, or set GREENLIGHT_MIX=yes if that is meant.",
    );
  }
  return faults;
}

function toConfig(
  env: Environment,
  slack: SlackSettings,
  inherited: Config["inherited"],
  warnings: string[],
): Config {
  const name = env.GREENLIGHT_MODEL;
  const config: Config = {
    host: env.HOST,
    port: env.PORT,
    dataDir: resolve(env.GREENLIGHT_DATA),
    model:
      env.ANTHROPIC_API_KEY === undefined
        ? { kind: "stand-in", name }
        : { kind: "real", apiKey: env.ANTHROPIC_API_KEY, baseUrl: env.ANTHROPIC_BASE_URL ?? null, name },
    database: env.DATABASE_URL === undefined ? { kind: "embedded" } : { kind: "url", url: env.DATABASE_URL },
    modelPrices: env.GREENLIGHT_MODEL_PRICES ?? null,
    effort: { planner: env.GREENLIGHT_EFFORT_PLANNER, reviewer: env.GREENLIGHT_EFFORT_REVIEWER },
    modelBudget: budgetOf(env.GREENLIGHT_BUDGET, env.ANTHROPIC_API_KEY !== undefined),
    slack,
    approvers: env.GREENLIGHT_APPROVERS,
    requesters: env.GREENLIGHT_REQUESTERS,
    channels: env.GREENLIGHT_CHANNELS,
    encryptionKey: env.GREENLIGHT_ENCRYPTION_KEY ?? null,
    policyFile: env.GREENLIGHT_POLICY ?? null,
    workspace: env.GREENLIGHT_WORKSPACE ?? null,
    box: env.GREENLIGHT_BOX,
    mix: env.GREENLIGHT_MIX === "yes",
    tokens: env.GREENLIGHT_API_TOKENS,
    tracing: tracingOf(env),
    warnings,
    inherited,
  };
  return Object.freeze(config);
}
