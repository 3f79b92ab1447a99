/** What is said of a change. */
type Fact =
  /** What it does, how risky it is, and where: the headline. */
  | "title"
  /** Where it stands, whom it waits for until when, and why. */
  | "state"
  /** Who asked for what, and when. */
  | "asked"
  /** What was answered, by whom. */
  | "decided"
  /** Why it is as risky as the headline says. */
  | "risk"
  /** What it is for, and how far it reaches. */
  | "meaning"
  /** Where each step stands, what it changes, the exact commands with their rollbacks. */
  | "steps"
  /** What an approval takes beside what the state says. */
  | "terms"
  /** How the change is called, and where else it stands. */
  | "name"
  | "buttons";

const ORDER: readonly Fact[] = [
  ...(["title", "state", "asked", "decided", "risk"] as const),
  ...(["meaning", "steps", "terms", "name", "buttons"] as const),
];

/**
 * What is said of a change in the one order for every place: card, direct card, Details, status, lists and Home. Blocks,
 * lines or pieces of a line; what a place does not say it leaves out.
 */
export function inOrder<One>(said: Partial<Record<Fact, readonly One[]>>): One[] {
  return ORDER.flatMap((fact) => said[fact] ?? []);
}
