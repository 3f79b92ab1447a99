import type { types } from "@slack/bolt";
import type { Log } from "#observe/log.ts";
import { type DecidingDeps, whyNotAs } from "#slack/clicks/deciding.ts";
import { findHere } from "#slack/clicks/is-here.ts";
import type { Pressed } from "#slack/clicks/pressed.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import type { Where } from "#slack/client/where.ts";
import { changeOf, detailsView } from "./details.ts";
import { filled, type Opening } from "./forms.ts";

/** What a form that stands takes of what Slack shares. */
type FormDeps = DecidingDeps & Pick<SlackDeps, "door" | "log">;

/** What somebody is told whose form did not open, or stays without what belongs into it. */
export const NOT_OPENED = "Slack did not open the form in time, so nothing was done. Press the button again.";
export const NOT_FILLED =
  "The form could not be filled in, so nothing was done. Close it and press the button again in a minute.";

/** Opens a form, and fills it from the row where it asks for that. Returns what the person is told instead, or null. */
export async function openForm(deps: FormDeps, opening: Opening, where: Where): Promise<string | null> {
  if ("refusal" in opening) return opening.refusal;
  const { door, log } = deps;
  const { changeId } = opening;
  let isOpen = false;
  try {
    const viewId = await door.openForm(opening);
    isOpen = true;
    // Without its id nothing can be put into it.
    if (viewId === null) return opening.fill === null ? null : NOT_FILLED;
    const view = await viewFor(deps, opening, where);
    if (view !== null) await door.changeForm(viewId, view);
    return null;
  } catch (error) {
    log.warn({ err: error, changeId }, "A form could not be opened or filled");
    return isOpen ? NOT_FILLED : NOT_OPENED;
  }
}

/** What stands in it once the row is read: why they could not answer, what the row says, or null for what it shows already. */
async function viewFor(
  deps: FormDeps,
  { fill, gives, instead, changeId }: Extract<Opening, { triggerId: string }>,
  where: Where,
): Promise<types.ModalView | null> {
  const [seen, why] = await Promise.all([
    fill === null ? null : findHere(deps, changeId, where),
    gives === null ? null : whyNotAs(deps, where, gives).catch(untold(deps.log)),
  ]);
  if (why !== null) return instead(why);
  return fill === null ? null : fill(seen);
}

/** Whoever may not after all is told so when they send it. */
function untold(log: Log): (error: unknown) => null {
  return (error) => {
    log.warn({ err: error }, "Nobody could tell beforehand whether somebody may answer");
    return null;
  };
}

/** Shows a form in which a button was pressed as it stands by now, with the answer on top. False: they have to be told otherwise. */
export async function showAnswered(
  deps: FormDeps,
  { form, where }: Pick<Pressed, "form" | "where">,
  text: string,
): Promise<boolean> {
  if (form === null) return false;
  try {
    const metadata = JSON.stringify(form.kept);
    const changeId = changeOf(form.kept.value);
    const seen = changeId === null ? null : await findHere(deps, changeId, where);
    const view = filled(seen, where, (found) => detailsView(found, metadata, text));
    await deps.door.changeForm(form.viewId, view);
    // Where nothing of the change is shown any more, there is no top to stand on.
    return seen !== null && seen !== "elsewhere";
  } catch (error) {
    // They may have closed it by now.
    deps.log.warn({ err: error }, "A click in a form is answered outside of it");
    return false;
  }
}
