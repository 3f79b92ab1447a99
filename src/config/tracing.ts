/** Where traces go; null stands for the library's own default. */
export type Tracing = { endpoint: string | null; apiKey: string | null; project: string | null };

type Family = "LANGSMITH" | "LANGCHAIN";
type Name = "LANGSMITH_TRACING" | "LANGCHAIN_TRACING_V2" | `${Family}_${"ENDPOINT" | "API_KEY" | "PROJECT"}`;
type Names = { [name in Name]?: string | undefined };

/** Either family of names switches traces on, as LangSmith's own libraries read them. */
export function tracingOf(env: Names): Tracing | null {
  if (env.LANGSMITH_TRACING !== "true" && env.LANGCHAIN_TRACING_V2 !== "true") return null;
  return {
    endpoint: env.LANGSMITH_ENDPOINT ?? env.LANGCHAIN_ENDPOINT ?? null,
    apiKey: env.LANGSMITH_API_KEY ?? env.LANGCHAIN_API_KEY ?? null,
    project: env.LANGSMITH_PROJECT ?? env.LANGCHAIN_PROJECT ?? null,
  };
}
