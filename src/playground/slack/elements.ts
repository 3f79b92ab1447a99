import {
  anything,
  byType,
  type Check,
  every,
  flag,
  list,
  needs,
  object,
  oneOf,
  string,
  typed,
  whole,
} from "./check.ts";
import { LIMITS } from "./limits.ts";
import { anyText, confirmDialog, image, option, plainText, richText } from "./texts.ts";

const id = { action_id: string({ max: LIMITS.id }) };
const asks = { confirm: confirmDialog };
const focus = { focus_on_load: flag };
const hint = { placeholder: plainText(LIMITS.placeholder) };
const label = { accessibility_label: string({ max: LIMITS.buttonText }) };
const one = string({ max: LIMITS.id });
const many = list(one, { max: LIMITS.options });
const dispatch = {
  dispatch_action_config: object({
    trigger_actions_on: list(oneOf("on_enter_pressed", "on_character_entered"), { max: 2 }),
  }),
};

const plainOption = option(plainText);
const anyOption = option(anyText);
const menu = { ...id, ...asks, ...focus, ...hint };
const severalOf = { ...menu, max_selected_items: whole(1, LIMITS.options) };
const optionGroups = list(
  object({
    "label!": plainText(LIMITS.optionText),
    "options!": list(plainOption, { min: 1, max: LIMITS.options }),
  }),
  { min: 1, max: LIMITS.options },
);
const fromList = {
  options: list(plainOption, { min: 1, max: LIMITS.options }),
  option_groups: optionGroups,
};
const conversationFilter = {
  default_to_current_conversation: flag,
  filter: object({ include: many, exclude_external_shared_channels: flag, exclude_bot_users: flag }),
};

/** A button. */
export const button = typed({
  ...id,
  ...asks,
  ...label,
  "text!": plainText(LIMITS.buttonText),
  value: string({ max: LIMITS.buttonValue }),
  url: string({ max: LIMITS.url }),
  style: oneOf("primary", "danger"),
});

const selects: Record<string, Check> = {
  static_select: every(
    typed({ ...menu, ...fromList, initial_option: plainOption }),
    needs("one", "options", "option_groups"),
  ),
  external_select: typed({ ...menu, initial_option: plainOption, min_query_length: whole(0, 100) }),
  users_select: typed({ ...menu, initial_user: one }),
  conversations_select: typed({
    ...menu,
    ...conversationFilter,
    initial_conversation: one,
    response_url_enabled: flag,
  }),
  channels_select: typed({ ...menu, initial_channel: one, response_url_enabled: flag }),
  multi_static_select: every(
    typed({ ...severalOf, ...fromList, initial_options: list(plainOption, { max: LIMITS.options }) }),
    needs("one", "options", "option_groups"),
  ),
  multi_external_select: typed({ ...severalOf, initial_options: anything, min_query_length: whole(0, 100) }),
  multi_users_select: typed({ ...severalOf, initial_users: many }),
  multi_conversations_select: typed({
    ...severalOf,
    ...conversationFilter,
    initial_conversations: many,
  }),
  multi_channels_select: typed({ ...severalOf, initial_channels: many }),
};

const choices: Record<string, Check> = {
  checkboxes: typed({
    ...id,
    ...asks,
    ...focus,
    "options!": list(anyOption, { min: 1, max: LIMITS.choices }),
    initial_options: list(anyOption, { min: 1, max: LIMITS.choices }),
  }),
  radio_buttons: typed({
    ...id,
    ...asks,
    ...focus,
    "options!": list(anyOption, { min: 1, max: LIMITS.choices }),
    initial_option: anyOption,
  }),
  datepicker: typed({ ...menu, initial_date: string({ max: 10 }) }),
  timepicker: typed({ ...menu, initial_time: string({ max: 5 }), timezone: one }),
  datetimepicker: typed({ ...id, ...asks, ...focus, initial_date_time: whole(0, 9_999_999_999) }),
};

const overflow = typed({
  ...id,
  ...asks,
  "options!": list(plainOption, { min: 1, max: LIMITS.overflow }),
});
const workflowButton = typed({
  ...id,
  ...asks,
  ...label,
  "text!": plainText(LIMITS.buttonText),
  "workflow!": anything,
  style: oneOf("primary", "danger"),
});
const entry = { ...id, ...focus, ...hint, ...dispatch };
const written = { ...entry, initial_value: string({ min: 0, max: LIMITS.inputLength }) };
const richInput = typed({ ...entry, initial_value: richText, min_lines: anything, max_lines: anything });

/** What an actions block takes. */
export const actionElement = byType({
  button,
  overflow,
  workflow_button: workflowButton,
  rich_text_input: richInput,
  ...selects,
  ...choices,
});

/** What stands beside a section. */
export const accessory = byType({
  button,
  overflow,
  workflow_button: workflowButton,
  image: image({}),
  ...selects,
  ...choices,
});

/** What an input block takes. */
export const inputElement = byType({
  plain_text_input: typed({
    ...written,
    multiline: flag,
    min_length: whole(0, LIMITS.inputLength),
    max_length: whole(1, LIMITS.inputLength),
  }),
  number_input: typed({
    ...written,
    "is_decimal_allowed!": flag,
    min_value: anything,
    max_value: anything,
  }),
  email_text_input: typed(written),
  url_text_input: typed(written),
  rich_text_input: richInput,
  file_input: typed({ ...id, filetypes: many, max_files: whole(1, 10) }),
  ...selects,
  ...choices,
});

const feedback = object({ "text!": plainText(LIMITS.buttonText), ...label, "value!": one });

/** What a context_actions block takes. */
export const contextAction = byType({
  feedback_buttons: typed({ ...id, "positive_button!": feedback, "negative_button!": feedback }),
  icon_button: typed({
    ...id,
    ...asks,
    ...label,
    "icon!": one,
    "text!": plainText(LIMITS.buttonText),
    value: string({ max: LIMITS.buttonValue }),
    visible_to_user_ids: many,
  }),
});
