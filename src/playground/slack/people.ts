/** A member of the workspace. `title` says what they do in the story. */
export type Person = {
  id: string;
  name: string;
  realName: string;
  title: string;
  teamId: string;
  color: string;
  isBot: boolean;
  isRestricted: boolean;
  isUltraRestricted: boolean;
  deleted: boolean;
};

/** A place to talk. `members` are user ids, the bot's among them where it is in. */
export type Channel = {
  id: string;
  name: string;
  isPrivate: boolean;
  isIm: boolean;
  isArchived: boolean;
  members: Set<string>;
};

/** A user group (`@sre`). A disabled one is as good as none to the methods that read groups. */
export type Usergroup = { id: string; handle: string; users: string[]; isDisabled: boolean };

/** What a caller may say about a person or channel of their own; the rest is filled in. */
export type GivenPerson = Pick<Person, "id" | "name"> & Partial<Person>;
export type GivenChannel = { id: string; name: string; members: string[] } & Partial<
  Pick<Channel, "isPrivate" | "isArchived">
>;

/** The company everybody starts with. */
export const TEAM = { id: "T0ACME0001", name: "Acme", domain: "acme" };

/** The app and its bot. */
export const APP = { appId: "A0GREENLT1", botId: "B0GREENLT1", botUserId: "U0GREENLT1" };

/** The ids of the people everybody starts with. */
export const USERS = {
  ana: "U0ANA00001",
  ben: "U0BEN00001",
  cleo: "U0CLEO0001",
  gus: "U0GUS00001",
  dora: "U0DORA0001",
  otherBot: "U0DEPLOY01",
};

/** The ids of the user groups everybody starts with. */
export const USERGROUPS = { sre: "S0SRE00001" };

/** The ids of the channels everybody starts with. */
export const CHANNELS = { infra: "C0INFRA001", general: "C0GENERAL1", opsPrivate: "G0OPSPRIV1" };

/** Ana, Ben and the others. */
export function defaultPeople(): Person[] {
  return [
    person({ id: USERS.ana, name: "ana", realName: "Ana Lima", title: "Asks for changes", color: "#2f6f8f" }),
    person({ id: USERS.ben, name: "ben", realName: "Ben Okafor", title: "Approver", color: "#7a4fa3" }),
    person({
      id: USERS.cleo,
      name: "cleo",
      realName: "Cleo Marsh",
      title: "Second approver",
      color: "#a3563f",
    }),
    person({
      id: USERS.gus,
      name: "gus",
      realName: "Gus Berg",
      title: "Guest",
      color: "#6b7a2f",
      isRestricted: true,
    }),
    person({
      id: USERS.dora,
      name: "dora",
      realName: "Dora Finch",
      title: "Left the company",
      color: "#777777",
      deleted: true,
    }),
    person({
      id: APP.botUserId,
      name: "greenlight",
      realName: "Greenlight",
      title: "App",
      color: "#2e8b57",
      isBot: true,
    }),
    person({
      id: USERS.otherBot,
      name: "deploybot",
      realName: "Deploy Bot",
      title: "Another app",
      color: "#555577",
      isBot: true,
    }),
  ];
}

/** #infra, where the bot is; #general and a private one, where it is not. */
export function defaultChannels(): Channel[] {
  const { ana, ben, cleo, gus, otherBot } = USERS;
  return [
    channel({
      id: CHANNELS.infra,
      name: "infra",
      members: [ana, ben, cleo, gus, otherBot, APP.botUserId],
    }),
    channel({ id: CHANNELS.general, name: "general", members: [ana, ben, cleo, gus] }),
    channel({ id: CHANNELS.opsPrivate, name: "ops-private", members: [ana, ben, cleo], isPrivate: true }),
  ];
}

/** @sre: Ben and Cleo. */
export function defaultUsergroups(): Usergroup[] {
  return [{ id: USERGROUPS.sre, handle: "sre", users: [USERS.ben, USERS.cleo], isDisabled: false }];
}

/** A full member of the home team unless said otherwise. */
export function person(given: GivenPerson): Person {
  return {
    realName: given.name,
    title: "",
    teamId: TEAM.id,
    color: "#556677",
    isBot: false,
    isRestricted: false,
    isUltraRestricted: false,
    deleted: false,
    ...given,
  };
}

/** A public channel unless said otherwise. */
export function channel(given: GivenChannel): Channel {
  return { isPrivate: false, isArchived: false, isIm: false, ...given, members: new Set(given.members) };
}
