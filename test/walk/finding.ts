import { changeIdOf } from "#test/support/slack.ts";
import type { Stage } from "./stage.ts";

const WORDS = [
  ["help", /Try, without running anything/, null],
  ["list all", /This shows this channel's changes/, "list"],
  ["history payment-api", /Touched payment-api/, null],
  ["check kubectl delete namespace production", /a person is asked|The policy refuses this/, "check"],
  ["check kubectl exec -it web -- sh", /The policy refuses this/, null],
] as const;

/** The words after /infra that find something; only who typed them sees the answers. */
export async function walkFinding(stage: Stage): Promise<void> {
  await stage.actAs("Ben");
  for (const [words, seen, name] of WORDS) {
    await stage.type(`/infra ${words}`);
    await stage.last().getByText(seen).first().waitFor();
    if (name !== null) await stage.picture(name, stage.last());
  }
  const card = await stage.ask("/infra show the pods in production");
  await stage.verdict(card);
  const id = (await changeIdOf(stage.slack, card)).slice(0, 8);
  for (const [words, seen] of [
    [`status ${id}`, /Step 1/],
    [`logs ${id}`, /NAME/],
    [`cancel ${id}`, /done/i],
  ] as const) {
    await stage.type(`/infra ${words}`);
    await stage.last().getByText(seen).first().waitFor();
  }
}
