/**
 * What no command is ever given from the bot's own environment, whatever a policy lists: the bot's secrets, and names
 * that choose which program, plugin or library runs, or add flags nobody approved.
 */
const NEVER = [
  "SLACK_",
  "ANTHROPIC_",
  "GREENLIGHT_",
  "LANGSMITH_",
  "LANGCHAIN_",
  "DATABASE_URL",
  "PG",
  "PATH",
  "HOME",
  "LD_",
  "DYLD_",
  "NODE_",
  "TF_CLI_",
  "TF_DATA_DIR",
  "TF_PLUGIN_",
  "TF_REATTACH_",
  "TF_WORKSPACE",
  "KUBECONFIG",
  "KUBECTL_",
  "KUBERC",
  "BASH_ENV",
] as const;

/** Whether a variable of this name is kept from commands. */
export function isNeverGiven(name: string): boolean {
  return NEVER.some((prefix) => name.toUpperCase().startsWith(prefix));
}

/** Whether a policy's entry (`AWS_PROFILE`, `AWS_*`) could name something that is kept from commands. */
export function namesForbidden(entry: string): boolean {
  const stem = entry.replace(/\*$/, "").toUpperCase();
  return isNeverGiven(stem) || (entry.endsWith("*") && NEVER.some((prefix) => prefix.startsWith(stem)));
}

/** Whether an entry names this variable. */
export function namesVariable(entry: string, name: string): boolean {
  return entry.endsWith("*") ? name.startsWith(entry.slice(0, -1)) : name === entry;
}
