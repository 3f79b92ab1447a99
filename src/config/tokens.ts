import { z } from "zod";

/** An API token as configured. */
export type ApiToken = {
  name: string;
  role: "requester" | "approver";
  slackId: string | null;
  secret: string;
};

/** A comma-separated setting. */
export const list = z
  .string()
  .default("")
  .transform((text) =>
    text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  );

/** A Slack user's id. */
export const SLACK_USER = /^[UW][A-Z0-9]+$/;
const Token = z.string().transform((text, context): ApiToken => {
  const parts = text.split(":");
  const [name = "", role] = parts;
  const secret = parts.at(-1) ?? "";
  const slackId = parts.length === 4 ? (parts[2] ?? "") : null;
  const fits = (parts.length === 3 || parts.length === 4) && /^[\w.-]+$/.test(name) && secret.length >= 16;
  // A name would be nobody's id, and its holder could approve by the token what they asked for in Slack.
  const isSomebody = slackId === null || SLACK_USER.test(slackId);
  if (!fits || !isSomebody || (role !== "requester" && role !== "approver")) {
    context.addIssue(
      "each token is name:role[:slack_id]:secret, role requester or approver, slack_id a Slack user id (U…), secret 16 characters or more",
    );
    return z.NEVER;
  }
  return { name, role, slackId, secret };
});

/** All tokens, comma-separated. Two tokens of one name would be one person, and of two with one secret the first would always answer. */
export const Tokens = list.pipe(z.array(Token)).superRefine((tokens, context) => {
  const isRepeated = (key: "name" | "secret") => new Set(tokens.map((one) => one[key])).size < tokens.length;
  if (isRepeated("name")) context.addIssue("two tokens have the same name. Give each a name of its own");
  if (isRepeated("secret"))
    context.addIssue("two tokens have the same secret. Give each a secret of its own");
});
