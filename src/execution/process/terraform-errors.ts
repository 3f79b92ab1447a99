/** What terraform says when it fails (1.11), and what a person should make of it. */
const KNOWN: readonly [said: RegExp, sentence: (found: string) => string][] = [
  [
    /Saved plan is stale/,
    () =>
      "The saved plan is out of date: the state has changed since it was made, so nothing was applied. Plan again, and approve the new plan.",
  ],
  [
    /Saved plan does not match the given state/,
    () =>
      "The saved plan was made for another state (workspace or backend), so nothing was applied. Plan again where it is to be applied.",
  ],
  [
    /Failed to load "[^"\n]*" as a plan file/,
    () => "The saved plan cannot be read, so nothing was applied. Plan again.",
  ],
  [/Error acquiring the state lock/, lockSentence],
  [
    /Error releasing the state lock/,
    () =>
      "terraform could not take its lock off the state again. Look whether the state is whole before anything else runs on it.",
  ],
  [
    /Failed to (persist|save) state|errored\.tfstate/,
    () =>
      "terraform could not write the state after it had changed things. Keep errored.tfstate: it says what is there now, and a plan without it would create it all again.",
  ],
];

/** A sentence for people when terraform's output holds one of the failures we know; null otherwise. */
export function explainTerraformFailure(output: string): string | null {
  const plain = plainText(output);
  for (const [said, sentence] of KNOWN) if (said.test(plain)) return sentence(plain);
  return null;
}

/** Who holds the lock, since when and under which id: what one needs to decide whether it is stuck. */
function lockSentence(output: string): string {
  const field = (name: string): string | null =>
    new RegExp(`^\\s*${name}:[ \\t]+(\\S.{0,120})$`, "m").exec(output)?.[1]?.trim() ?? null;
  const holder = field("Who");
  const since = field("Created");
  const id = field("ID");
  const known = [
    holder === null ? "" : ` by ${holder}`,
    since === null ? "" : ` since ${since}`,
    id === null ? "" : ` (lock ${id})`,
  ].join("");
  return `The state is locked${known}, so nothing was changed. Wait until that run has ended and try again; if nobody works on it any more, ask for a force-unlock of that lock.`;
}

/** Without colours and the frame terraform draws around errors. */
function plainText(output: string): string {
  return output
    .split("\u001b")
    .map((part, index) => (index === 0 ? part : part.replace(/^\[[0-9;]*m/, "")))
    .join("")
    .replace(/^[│╷╵ ]+/gm, "");
}
