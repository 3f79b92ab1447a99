import { resolve } from "node:path";
import { z } from "zod";

/** An API token as configured. */
export type ApiToken = {
  name: string;
  role: "requester" | "approver";
  slackId: string | null;
  secret: string;
};

/** All settings, read once. */
export type Config = {
  host: string;
  port: number;
  dataDir: string;
  model:
    | { kind: "real"; apiKey: string; baseUrl: string | null; name: string }
    | { kind: "stand-in"; name: string };
  database: { kind: "url"; url: string } | { kind: "embedded" };
  approvers: string[];
  policyFile: string | null;
  workspace: string | null;
  mix: boolean;
  tokens: ApiToken[];
  /** Null: no traces. */
  tracing: { endpoint: string | null; apiKey: string | null; project: string | null } | null;
  /** What a child's environment is picked from. */
  inherited: Record<string, string | undefined>;
};

const list = z
  .string()
  .default("")
  .transform((text) =>
    text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  );

const Token = z.string().transform((text, context): ApiToken => {
  const parts = text.split(":");
  const [name = "", role] = parts;
  const secret = parts.at(-1) ?? "";
  const slackId = parts.length === 4 ? (parts[2] ?? "") : null;
  const fits = (parts.length === 3 || parts.length === 4) && /^[\w.-]+$/.test(name) && secret.length >= 16;
  if (!fits || (role !== "requester" && role !== "approver")) {
    context.addIssue(
      "each token is name:role[:slack_id]:secret, role requester or approver, secret 16 characters or more",
    );
    return z.NEVER;
  }
  return { name, role, slackId, secret };
});

const Environment = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3_000),
  GREENLIGHT_DATA: z.string().default(".greenlight"),
  GREENLIGHT_MODEL: z.string().default("claude-sonnet-5-5"),
  ANTHROPIC_API_KEY: z.string().optional(),
  ANTHROPIC_BASE_URL: z.url().optional(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "must begin with postgres://")
    .optional(),
  GREENLIGHT_APPROVERS: list,
  GREENLIGHT_POLICY: z.string().optional(),
  GREENLIGHT_WORKSPACE: z.string().optional(),
  GREENLIGHT_MIX: z.literal("yes", "is yes or unset").optional(),
  GREENLIGHT_API_TOKENS: list.pipe(z.array(Token)),
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
  SLACK_BOT_TOKEN: z.string().optional(),
  SLACK_APP_TOKEN: z.string().optional(),
  SLACK_SIGNING_SECRET: z.string().optional(),
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
  if (!parsed.success) {
    return {
      ok: false,
      faults: parsed.error.issues.map((issue) => `${issue.path[0]?.toString()}: ${issue.message}`),
    };
  }
  const faults = mixtures(parsed.data);
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, config: toConfig(parsed.data, env) };
}

/** The values that must never be shown anywhere. */
export function secretsOf(config: Config): string[] {
  const secrets = config.tokens.map((token) => token.secret);
  if (config.model.kind === "real") secrets.push(config.model.apiKey);
  if (config.tracing !== null && config.tracing.apiKey !== null) secrets.push(config.tracing.apiKey);
  if (config.database.kind === "url") {
    // Not `new URL`: it refuses what pg takes, a socket's address without a host.
    const password = /^[a-z]+:\/\/[^:@/]*:([^@/]*)@/.exec(config.database.url)?.[1];
    secrets.push(config.database.url);
    if (password !== undefined) secrets.push(password, decodeURIComponent(password));
  }
  return secrets;
}

function mixtures(env: Environment): string[] {
  const faults: string[] = [];
  const slack = [env.SLACK_BOT_TOKEN, env.SLACK_APP_TOKEN, env.SLACK_SIGNING_SECRET];
  if (slack.some((value) => value !== undefined)) {
    faults.push("SLACK_*: this version has no Slack layer yet. Unset these, and use the HTTP API.");
  }
  if (env.NODE_ENV === "production" && env.DATABASE_URL === undefined) {
    faults.push("DATABASE_URL: is not set, and NODE_ENV is production. Name a PostgreSQL that is backed up.");
  }
  // Commands made up by the rule-based stand-in must not reach a real cluster by accident.
  const real = [env.KUBECONFIG, env.GREENLIGHT_WORKSPACE].some((value) => value !== undefined);
  if (env.ANTHROPIC_API_KEY === undefined && real && env.GREENLIGHT_MIX === undefined) {
    faults.push(
      "KUBECONFIG, GREENLIGHT_WORKSPACE: would let the stand-in model change something real. Set ANTHROPIC_API_KEY, or GREENLIGHT_MIX=yes if that is meant.",
    );
  }
  return faults;
}

function toConfig(env: Environment, inherited: Config["inherited"]): Config {
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
    approvers: env.GREENLIGHT_APPROVERS,
    policyFile: env.GREENLIGHT_POLICY ?? null,
    workspace: env.GREENLIGHT_WORKSPACE ?? null,
    mix: env.GREENLIGHT_MIX === "yes",
    tokens: env.GREENLIGHT_API_TOKENS,
    tracing: tracingOf(env),
    inherited,
  };
  return Object.freeze(config);
}

/** Either family of names switches traces on, as LangSmith's own libraries read them. */
function tracingOf(env: Environment): Config["tracing"] {
  if (env.LANGSMITH_TRACING !== "true" && env.LANGCHAIN_TRACING_V2 !== "true") return null;
  return {
    endpoint: env.LANGSMITH_ENDPOINT ?? env.LANGCHAIN_ENDPOINT ?? null,
    apiKey: env.LANGSMITH_API_KEY ?? env.LANGCHAIN_API_KEY ?? null,
    project: env.LANGSMITH_PROJECT ?? env.LANGCHAIN_PROJECT ?? null,
  };
}
