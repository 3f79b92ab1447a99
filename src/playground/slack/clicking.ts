import { type Acted, cannot, done, findPerson, findVisible } from "./acting.ts";
import { actionOf, type Doing, findElement, initialValues } from "./actions.ts";
import type { Json } from "./check.ts";
import type { Delivery } from "./delivery.ts";
import { messageActionPayload, viewActionPayload } from "./payloads.ts";
import { APP, type Channel, type Person } from "./people.ts";
import type { Ack } from "./socket.ts";
import type { Stand } from "./stand.ts";
import type { ViewValues } from "./views.ts";
import type { Message } from "./workspace.ts";

/** What a person presses or chooses; `stale`: in a message as it was before a change they have not seen yet. */
export type ClickInput = {
  as: string;
  channel?: string | undefined;
  ts?: string | undefined;
  view_id?: string | undefined;
  block_id: string;
  action_id: string;
  stale?: boolean | undefined;
} & Doing;

const SLOW = "The app did not react within 3 seconds (operation_timeout). Try it again.";
const AWAY = "The app could not be reached (dispatch_failed). Try it again.";

/** What people do by pressing and choosing, in messages and in views. */
export function createClicking(stand: Stand, delivery: Delivery) {
  const { workspace } = stand;

  function click(input: ClickInput): Acted {
    const person = findPerson(stand, input.as);
    if (typeof person === "string") return cannot(person);
    return input.view_id === undefined
      ? clickInMessage(person, input)
      : clickInView(person, input, input.view_id);
  }

  function clickInMessage(person: Person, input: ClickInput): Acted {
    const place = findPlace(stand, person, input);
    if (typeof place === "string") return cannot(place);
    const { message } = place;
    const pressed = press(versionsOf(message, input.stale === true), input, workspace.newTs());
    if (typeof pressed === "string") return cannot(pressed);
    const values = withChoice(initialValues(message.blocks ?? []), input, pressed);
    return send(person, messageActionPayload(stand, { person, ...place, action: pressed, values }));
  }

  function clickInView(person: Person, input: ClickInput, id: string): Acted {
    const view = stand.views.find(id);
    if (view === null || view.user !== person.id) return cannot("That form is no longer open.");
    const pressed = press([view.given.blocks], input, workspace.newTs());
    if (typeof pressed === "string") return cannot(pressed);
    view.values = withChoice({ ...initialValues(view.given.blocks), ...view.values }, input, pressed);
    return send(person, viewActionPayload(stand, person, view, pressed));
  }

  function send(person: Person, payload: Json): Acted {
    return done(deliver(person, payload));
  }

  async function deliver(person: Person, payload: Json): Promise<Ack["outcome"]> {
    const ack = await delivery.deliver("interactive", payload, false);
    if (ack.outcome === "timeout") workspace.notice(person.id, SLOW);
    if (ack.outcome === "failed") workspace.notice(person.id, AWAY);
    return ack.outcome;
  }

  return { click };
}

function findPlace(
  stand: Stand,
  person: Person,
  input: ClickInput,
): { channel: Channel; message: Message } | string {
  const channel = findVisible(stand, person, input.channel ?? "");
  if (typeof channel === "string") return channel;
  const message = stand.workspace.find(channel.id, input.ts ?? "");
  if (message === undefined || ![null, person.id].includes(message.ephemeralTo))
    return "That message is gone.";
  return message.botId === APP.botId ? { channel, message } : "That message is of another app.";
}

function versionsOf(message: Message, stale: boolean): Json[][] {
  return [message.blocks ?? [], ...(stale ? message.pastBlocks.toReversed() : [])];
}

/** The action for the element, as the newest version that has it shows it. */
function press(versions: Json[][], input: ClickInput, ts: string): Json | string {
  for (const blocks of versions) {
    const element = findElement(blocks, input.block_id, input.action_id);
    if (element !== null) return actionOf(element, input.block_id, input, ts);
  }
  return "That button is no longer there.";
}

/** The form's values with the new choice, where the element is one that has a value. */
function withChoice(values: ViewValues, input: ClickInput, action: Json): ViewValues {
  const { block_id: blockId, action_id: actionId } = input;
  if (values[blockId]?.[actionId] === undefined) return values;
  const { action_id: _id, block_id: _block, action_ts: _ts, ...state } = action;
  return { ...values, [blockId]: { ...values[blockId], [actionId]: state } };
}
