import Anthropic from "@anthropic-ai/sdk";

const nothing = (): void => undefined;

/** The SDK's client with nothing of its own: no retries, log, traces or headers that the environment asks it for. */
export function openSdk(
  { apiKey, baseUrl }: { apiKey: string; baseUrl: string | null },
  { wholeMs }: { wholeMs: number },
): Anthropic {
  // It adds the headers this names to every request, another key too, and no option keeps it from that.
  delete process.env["ANTHROPIC_CUSTOM_HEADERS"];
  return new Anthropic({
    ...{ apiKey, baseURL: baseUrl, maxRetries: 0, timeout: wholeMs },
    // ANTHROPIC_LOG would print whole requests past our log, which redacts.
    ...{ logLevel: "off", logger: { error: nothing, warn: nothing, info: nothing, debug: nothing } },
    openTelemetry: false,
  });
}
