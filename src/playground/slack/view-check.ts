import { checkBlocks } from "./blocks.ts";
import { anything, byType, complain, flag, isObject, type Json, string, typed } from "./check.ts";
import { LIMITS } from "./limits.ts";
import { plainText } from "./texts.ts";

const common = {
  "blocks!": anything,
  private_metadata: string({ min: 0, max: LIMITS.privateMetadata }),
  callback_id: string({ min: 0, max: LIMITS.id }),
  external_id: string({ min: 0, max: LIMITS.id }),
};

const viewShape = byType({
  modal: typed({
    ...common,
    "title!": plainText(LIMITS.viewTitle),
    submit: plainText(LIMITS.viewTitle),
    close: plainText(LIMITS.viewTitle),
    clear_on_close: flag,
    notify_on_close: flag,
    submit_disabled: flag,
  }),
  home: typed(common),
});

/** Everything Slack would say against a view of this type; empty when it would take it. */
export function checkView(view: unknown, type: "modal" | "home"): string[] {
  const faults: string[] = [];
  viewShape(view, "/view", faults);
  if (!isObject(view) || faults.length > 0) return faults;
  if (view["type"] !== type) {
    complain(faults, "/view/type", `must be of type ${type}`);
    return faults;
  }
  faults.push(...checkBlocks(view["blocks"], type, "/view/blocks"));
  if (faults.length === 0) checkForm(view, type, faults);
  return faults;
}

function checkForm(view: Json, type: "modal" | "home", faults: string[]): void {
  const blocks = view["blocks"] as Json[];
  if (type === "modal" && view["submit"] === undefined) {
    const index = blocks.findIndex((block) => block["type"] === "input");
    if (index >= 0)
      complain(
        faults,
        `/view/blocks/${index}/input`,
        "must define `submit` to use an `input` block in modals",
      );
  }
  const focused = JSON.stringify(blocks).split('"focus_on_load":true').length - 1;
  if (focused > 1) complain(faults, "/view/blocks", "only one element may have `focus_on_load`");
}
