import { type Acted, cannot, done, findPerson, unheard } from "./acting.ts";
import { initialValues, stateOf } from "./actions.ts";
import { isRefusal, refuse, refuseWith } from "./answer.ts";
import { isObject, type Json } from "./check.ts";
import type { Delivery } from "./delivery.ts";
import { elementsOf } from "./element-walk.ts";
import { closedPayload, submissionPayload } from "./payloads.ts";
import type { Person } from "./people.ts";
import type { Ack } from "./socket.ts";
import type { Stand } from "./stand.ts";
import { checkView } from "./view-check.ts";
import type { View } from "./views.ts";

/** A modal sent off, with what was put into its fields. */
export type SubmitInput = { as: string; view_id: string; values: Record<string, Record<string, string>> };
/** A modal closed without sending. */
export type CloseInput = { as: string; view_id: string };

const TROUBLE = "We had some trouble connecting. Try again?";

/** What people do with modals. */
export function createForms(stand: Stand, delivery: Delivery) {
  function submit(input: SubmitInput): Acted {
    const person = findPerson(stand, input.as);
    if (typeof person === "string") return cannot(person);
    const view = stand.views.top(person.id);
    if (view === null || view.id !== input.view_id) return cannot("That form is no longer open.");
    if (view.given["submit"] === undefined) return cannot("That form cannot be submitted.");
    const missing = fill(view, input.values);
    return missing === null ? done(send(person, view)) : cannot(missing);
  }

  async function send(person: Person, view: View): Promise<Ack["outcome"]> {
    stand.views.setErrors(view, {});
    const { hash } = view;
    const ack = await delivery.deliver("interactive", submissionPayload(stand, person, view), true);
    if (ack.outcome === "acked") react(person, view, hash, isObject(ack.response) ? ack.response : {});
    else stand.workspace.notice(person.id, TROUBLE);
    return ack.outcome;
  }

  /** What the app answered: nothing closes the modal, anything else must be one of four actions. */
  function react(person: Person, view: View, sentAs: string, response: Json): void {
    const action = response["response_action"];
    if (action === undefined && stand.views.top(person.id) === view) stand.views.close(person.id, false);
    else if (action === "clear") clear(person, view);
    // What was sent may have been replaced by then: errors beside its fields have no place in what stands there.
    else if (action === "errors" && view.hash === sentAs) showErrors(person, view, response["errors"]);
    else if (action === "update" || action === "push") showView(person, view, action, response["view"]);
    else if (action !== undefined && action !== "errors") stand.workspace.notice(person.id, TROUBLE);
  }

  /** The forms it stood among; what the person opened meanwhile is none of them. */
  function clear(person: Person, { rootId }: View): void {
    if (stand.views.top(person.id)?.rootId === rootId) stand.views.close(person.id, true);
  }

  function showErrors(person: Person, view: View, errors: unknown): void {
    const inputs = view.given.blocks.filter((block) => block["type"] === "input");
    const ids = new Set(inputs.map((block) => block["block_id"]));
    const right =
      isObject(errors) &&
      Object.keys(errors).length > 0 &&
      Object.entries(errors).every(([id, text]) => ids.has(id) && typeof text === "string");
    if (right) stand.views.setErrors(view, errors as Record<string, string>);
    else {
      stand.refused.note("the errors of a form", refuse("invalid_arguments"));
      stand.workspace.notice(person.id, TROUBLE);
    }
  }

  function showView(person: Person, view: View, action: "update" | "push", next: unknown): void {
    const faults = checkView(next, "modal");
    const faulty = faults.length > 0;
    if (faulty) stand.refused.note("the ack of a form", refuseWith("invalid_arguments", faults));
    if (!faulty && action === "update") stand.views.update(view, next as Json);
    else if (faulty || isRefusal(stand.views.push(person.id, next as Json)))
      stand.workspace.notice(person.id, TROUBLE);
  }

  function close(input: CloseInput): Acted {
    const person = findPerson(stand, input.as);
    if (typeof person === "string") return cannot(person);
    const view = stand.views.top(person.id);
    if (view === null || view.id !== input.view_id) return cannot("That form is no longer open.");
    const all = view.given["clear_on_close"] === true;
    const told = stand.views.close(person.id, all).filter((one) => one.given["notify_on_close"] === true);
    if (told.length === 0) return unheard();
    const sent = told.map((one) =>
      delivery.deliver("interactive", closedPayload(stand, person, one, all), false),
    );
    return done(Promise.all(sent).then((acks) => acks[0]?.outcome ?? "nothing"));
  }

  return { submit, close };
}

/** Puts the values into the view's state; the sentence says what is missing or impossible. */
function fill(view: View, given: SubmitInput["values"]): string | null {
  const values = { ...initialValues(view.given.blocks), ...view.values };
  for (const { block, element } of elementsOf(view.given.blocks, "")) {
    if (block["type"] !== "input") continue;
    const blockId = String(block["block_id"]);
    const actionId = String(element["action_id"]);
    const raw = given[blockId]?.[actionId] ?? "";
    if (raw === "" && block["optional"] !== true) return `"${labelOf(block)}" is required.`;
    const state = stateOf(element, raw);
    if (typeof state === "string") return state;
    values[blockId] = { ...values[blockId], [actionId]: state };
  }
  view.values = values;
  return null;
}

function labelOf(block: Json): string {
  const label = block["label"];
  return isObject(label) ? String(label["text"]) : "";
}
