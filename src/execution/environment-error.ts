/** What the policy gives to commands is not to be had on this machine. Its message is one sentence for people. */
export class EnvironmentError extends Error {
  override name = "EnvironmentError";
}

/** Runs it; what the policy gives and this machine does not have is a refusal that no other plan mends, anything else stays a fault. */
export async function refuseMissing<Done>(
  work: () => Promise<Done>,
): Promise<Done | { ok: false; reason: string; isFinal: true }> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return { ok: false, reason: error.message, isFinal: true };
  }
}
