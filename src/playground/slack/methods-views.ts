import {
  type Answer,
  type Args,
  isRefusal,
  jsonArg,
  needArg,
  type Refusal,
  refuse,
  refuseWith,
  textArg,
} from "./answer.ts";
import { isObject, type Json } from "./check.ts";
import type { Method, Stand } from "./stand.ts";
import { checkView } from "./view-check.ts";
import { type View, viewObject } from "./views.ts";

/** views.*: modals and the app's Home. */
export const viewMethods: Record<string, Method> = {
  "views.open": { token: "bot", scopes: [], run: open },
  "views.push": { token: "bot", scopes: [], run: push },
  "views.update": { token: "bot", scopes: [], run: update },
  "views.publish": { token: "bot", scopes: [], run: publish },
};

function open(stand: Stand, args: Args): Answer {
  const view = readView(stand, args, "modal", null);
  if (isRefusal(view)) return view;
  const user = exchange(stand, args);
  if (isRefusal(user)) return user;
  const channel = stand.triggers.channelOf(textArg(args, "trigger_id") ?? "");
  return answer(stand, stand.views.open(user, withCurrent(stand, view, channel)));
}

/** Puts the conversation the person was looking at into selects that begin with it, where their filter lets it in. */
function withCurrent({ workspace }: Stand, view: Json, channelId: string | null): Json {
  const channel = workspace.channels.get(channelId ?? "");
  if (channel === undefined) return view;
  const kind = channel.isIm ? "im" : channel.isPrivate ? "private" : "public";
  const blocks = (view["blocks"] as Json[]).map((block) => {
    const element = block["element"];
    if (!isObject(element) || element["default_to_current_conversation"] !== true) return block;
    const filter = isObject(element["filter"]) ? element["filter"]["include"] : undefined;
    if (Array.isArray(filter) && !filter.includes(kind)) return block;
    return { ...block, element: { initial_conversation: channel.id, ...element } };
  });
  return { ...view, blocks };
}

function push(stand: Stand, args: Args): Answer {
  const view = readView(stand, args, "modal", null);
  if (isRefusal(view)) return view;
  const user = exchange(stand, args);
  if (isRefusal(user)) return user;
  const pushed = stand.views.push(user, view);
  return isRefusal(pushed) ? pushed : answer(stand, pushed);
}

function update(stand: Stand, args: Args): Answer {
  const id = textArg(args, "view_id");
  const externalId = textArg(args, "external_id");
  if (id === undefined && externalId === undefined)
    return refuseWith("invalid_arguments", ["missing required field: view_id"]);
  const found = id === undefined ? stand.views.findExternal(externalId ?? "") : stand.views.find(id);
  if (found === null) return refuse("not_found");
  const view = readView(stand, args, found.type, found);
  if (isRefusal(view)) return view;
  const hash = textArg(args, "hash");
  if (hash !== undefined && hash !== found.hash) return refuse("hash_conflict");
  return answer(stand, stand.views.update(found, view));
}

function publish(stand: Stand, args: Args): Answer {
  const user = needArg(args, "user_id");
  if (isRefusal(user)) return user;
  const person = stand.workspace.people.get(user);
  if (person === undefined || person.isBot || person.deleted) return refuse("user_not_found");
  const home = stand.views.home(user);
  const view = readView(stand, args, "home", home);
  if (isRefusal(view)) return view;
  const hash = textArg(args, "hash");
  if (hash !== undefined && hash !== home?.hash) return refuse("hash_conflict");
  return answer(stand, stand.views.publish(user, view));
}

/** Slack looks at the view before it takes the trigger: a faulty view leaves the trigger unused. */
function readView(stand: Stand, args: Args, type: "modal" | "home", own: View | null): Json | Refusal {
  const given = jsonArg(args, "view");
  if (given === undefined) return refuseWith("invalid_arguments", ["missing required field: view"]);
  const faults = checkView(given, type);
  if (faults.length > 0) return refuseWith("invalid_arguments", faults);
  const view = given as Json;
  const externalId = String(view["external_id"] ?? "");
  const holder = externalId === "" ? null : stand.views.findExternal(externalId);
  return holder !== null && holder !== own ? refuse("duplicate_external_id") : view;
}

function exchange(stand: Stand, args: Args): string | Refusal {
  const trigger = needArg(args, "trigger_id");
  return isRefusal(trigger) ? trigger : stand.triggers.exchange(trigger);
}

function answer(stand: Stand, view: View): Answer {
  return { ok: true, view: viewObject(stand.workspace, view) };
}
