import type { Workspace } from "./workspace.ts";

/** What a client makes of typed text: the three characters with a meaning become entities. */
export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** `@ana` and `#infra` become `<@U...>` and `<#C...|infra>`, for people and channels there are. */
export function linkNames(workspace: Workspace, text: string): string {
  const people = new Map([...workspace.people.values()].map((person) => [person.name, person.id]));
  const open = [...workspace.channels.values()].filter((channel) => !channel.isIm);
  const channels = new Map(open.map((channel) => [channel.name, channel.id]));
  return text
    .replaceAll(/(?<![\w@])@([a-z0-9._-]+)/gi, (whole, name: string) => {
      const id = people.get(name.toLowerCase());
      return id === undefined ? whole : `<@${id}>`;
    })
    .replaceAll(/(?<![\w#&])#([a-z0-9_-]+)/gi, (whole, name: string) => {
      const id = channels.get(name.toLowerCase());
      return id === undefined ? whole : `<#${id}|${name}>`;
    });
}
