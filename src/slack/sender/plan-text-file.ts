import type { Change } from "#change/change.ts";
import { paragraph, type Rendered, rich, said } from "#slack/text/blocks.ts";
import { count, visible } from "#slack/text/text.ts";
import type { SenderDeps } from "./deps.ts";

/** What terraform says of the saved plans of a revision as a file; null when there is none, or the plan is another one by now. */
export async function findPlanTextFile(
  { changes }: Pick<SenderDeps, "changes">,
  changeId: string,
  revision: number,
): Promise<{ name: string; title: string; content: string } | null> {
  const change = await changes.get(changeId);
  if (change === null || change.revision !== revision) return null;
  const texts = await changes.planTexts(change);
  if (texts.length === 0) return null;
  const isMany = texts.length > 1;
  const parts = texts.map(({ step, text, omitted }) => {
    const head = isMany ? [`Step ${step}: ${dirOf(change, step)}`, ""] : [];
    const cut = omitted === 0 ? [] : ["", `(${count(omitted)} more lines of this plan are not kept)`];
    return [...head, visible(text), ...cut].join("\n");
  });
  return {
    name: `change-${changeId.slice(0, 8)}-r${revision}-plan.txt`,
    title: `The whole Terraform plan, revision ${revision}`,
    content: parts.join("\n\n"),
  };
}

/** What stands in the thread in the file's place where the app may attach none. */
export function unattachedPlanText(change: Change): Rendered {
  const text = `The whole Terraform plan is kept, but not attached: the Slack app lacks files:write. Update it from manifest.yml and install it again. By API it is GET /infra-change/${change.id}/plan-text.`;
  return { text, blocks: [rich(paragraph(said(text)))] };
}

function dirOf({ plan }: Change, step: number): string {
  const dir = plan?.plan.find((one) => one.step === step)?.dir ?? "";
  return dir === "" ? "the workspace's root" : visible(dir);
}
