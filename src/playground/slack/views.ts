import { randomBytes } from "node:crypto";
import { type Refusal, refuse } from "./answer.ts";
import type { Json } from "./check.ts";
import { completeBlocks } from "./element-walk.ts";
import { LIMITS } from "./limits.ts";
import { APP } from "./people.ts";
import { newBlockId, newId, type Workspace } from "./workspace.ts";

/** The values a person has put in, as Slack writes them: by block, by action. */
export type ViewValues = Record<string, Record<string, Json>>;

/** An open modal or a published home. `given` is what the app sent, with Slack's additions to its blocks. */
export type View = {
  id: string;
  user: string;
  type: "modal" | "home";
  hash: string;
  given: Json & { blocks: Json[] };
  values: ViewValues;
  /** What the app said is wrong with the last submission, by block. */
  errors: Record<string, string>;
  rootId: string;
  previousId: string | null;
};

/** What outlives a start of a Home. What somebody had put into it is lost, as by loading the page again. */
export type KeptHome = Pick<View, "id" | "user" | "hash" | "given">;

/** Every person's stack of modals, and their home. */
export type Views = ReturnType<typeof createViews>;

/** Nothing open, nothing published. What goes in has been checked before. */
export function createViews(workspace: Workspace) {
  const stacks = new Map<string, View[]>();
  const homes = new Map<string, View>();
  const everyView = () => [...homes.values(), ...[...stacks.values()].flat()];

  function tell(view: Pick<View, "user" | "type">): void {
    workspace.tell({ type: "view", user: view.user, kind: view.type });
  }

  return {
    ...createStacks(workspace, stacks, tell),
    home: (user: string) => homes.get(user) ?? null,
    homes: () => [...homes.values()],

    /** Puts back a Home of an earlier start, with its id: what stands on it can be pressed. */
    restoreHome(home: KeptHome): void {
      const fresh = { type: "home" as const, values: {}, errors: {}, rootId: home.id, previousId: null };
      homes.set(home.user, { ...home, ...fresh });
    },

    find: (id: string) => everyView().find((view) => view.id === id) ?? null,
    findExternal: (id: string) => everyView().find((view) => view.given["external_id"] === id) ?? null,

    update(view: View, given: Json): View {
      fill(workspace, view, given);
      tell(view);
      return view;
    },

    publish(user: string, given: Json): View {
      const before = homes.get(user);
      const view =
        before === undefined ? make(workspace, user, "home", given) : fill(workspace, before, given);
      homes.set(user, view);
      tell(view);
      return view;
    },

    setErrors(view: View, errors: Record<string, string>): void {
      view.errors = errors;
      tell(view);
    },
  };
}

/** A view as Slack writes it in answers and payloads. */
export function viewObject(workspace: Workspace, view: View): Json {
  const { given } = view;
  return {
    id: view.id,
    team_id: workspace.team.id,
    type: view.type,
    blocks: given.blocks,
    private_metadata: given["private_metadata"] ?? "",
    callback_id: given["callback_id"] ?? "",
    state: { values: view.values },
    hash: view.hash,
    title: given["title"] ?? { type: "plain_text", text: "View Title", emoji: true },
    clear_on_close: given["clear_on_close"] ?? false,
    notify_on_close: given["notify_on_close"] ?? false,
    close: given["close"] ?? null,
    submit: given["submit"] ?? null,
    previous_view_id: view.previousId,
    root_view_id: view.rootId,
    app_id: APP.appId,
    external_id: given["external_id"] ?? "",
    app_installed_team_id: workspace.team.id,
    bot_id: APP.botId,
  };
}

/** The modals: one stack a person. */
function createStacks(
  workspace: Workspace,
  stacks: Map<string, View[]>,
  tell: (view: Pick<View, "user" | "type">) => void,
) {
  const stackOf = (user: string) => stacks.get(user) ?? [];
  function setStack(user: string, stack: View[]): void {
    stacks.set(user, stack);
    tell({ user, type: "modal" });
  }

  return {
    top: (user: string) => stackOf(user).at(-1) ?? null,

    /** A new modal in place of whatever the person had open. */
    open(user: string, given: Json): View {
      const view = make(workspace, user, "modal", given);
      setStack(user, [view]);
      return view;
    },

    /** A new modal over the one that is open; three at most. */
    push(user: string, given: Json): View | Refusal {
      const stack = stackOf(user);
      const top = stack.at(-1);
      if (top === undefined) return refuse("not_found");
      if (stack.length >= LIMITS.viewStack) return refuse("push_limit_reached");
      const under = { rootId: top.rootId, previousId: top.id };
      const view = Object.assign(make(workspace, user, "modal", given), under);
      setStack(user, [...stack, view]);
      return view;
    },

    /** Takes the topmost modal away, or with `all` every one. The answer is what was closed, topmost first. */
    close(user: string, all: boolean): View[] {
      const stack = stackOf(user);
      const left = all ? [] : stack.slice(0, -1);
      setStack(user, left);
      return stack.slice(left.length).reverse();
    },
  };
}

function make(workspace: Workspace, user: string, type: View["type"], given: Json): View {
  const id = newId("V", 10);
  const fresh = { hash: "", given: { blocks: [] }, values: {}, errors: {} };
  return fill(workspace, { id, user, type, rootId: id, previousId: null, ...fresh }, given);
}

/** What was put into a block stays as long as the block does. */
function fill(workspace: Workspace, view: View, given: Json): View {
  const blocks = completeBlocks(given["blocks"] as Json[], newBlockId);
  const ids = new Set(blocks.map((block) => block["block_id"]));
  const kept = Object.entries(view.values).filter(([id]) => ids.has(id));
  const hash = `${Math.floor(workspace.now() / 1_000)}.${randomBytes(4).toString("hex")}`;
  const values = Object.fromEntries(kept);
  return Object.assign(view, { given: { ...given, blocks }, hash, values, errors: {} });
}
