/** What a folder of src may import: of ours, and of the packages that live in few folders only. */
export type Folder = { ours: readonly string[]; packages?: readonly string[] };

/**
 * Who imports whom, in one table: imports.json, which biome.json extends, is written from it (`npm run house`), and imports.test.ts plants every import
 * there could be and holds it against the table. Arrows point toward `change`. A folder may always import its own, wings
 * included. Below `slack` each wing has a row of its own, where arrows point from asking to text; elsewhere a wing goes by its
 * folder's.
 */
export const FOLDERS: Readonly<Record<string, Folder>> = {
  change: { ours: [] },
  observe: { ours: [], packages: ["pino", "langsmith", "@langchain"] },
  redact: { ours: ["change"] },
  policy: { ours: ["change"], packages: ["yaml"] },
  agents: { ours: ["change", "observe"], packages: ["@anthropic-ai/sdk"] },
  store: { ours: ["change", "observe"], packages: ["pg", "execa", "@langchain"] },
  http: { ours: ["change", "observe"], packages: ["fastify"] },
  "slack/text": { ours: ["change"], packages: ["@slack"] },
  "slack/client": { ours: ["change", "observe", "slack/text"], packages: ["@slack"] },
  "slack/cards": { ours: ["change", "slack/text"], packages: ["@slack"] },
  "slack/sender": {
    ours: ["change", "observe", "slack/text", "slack/client", "slack/cards"],
    packages: ["@slack"],
  },
  "slack/clicks": {
    ours: ["change", "observe", "slack/text", "slack/client", "slack/cards"],
    packages: ["@slack"],
  },
  "slack/home": {
    ours: ["change", "observe", "slack/text", "slack/client", "slack/cards"],
    packages: ["@slack"],
  },
  "slack/words": {
    ours: ["change", "slack/text", "slack/client", "slack/cards", "slack/clicks"],
    packages: ["@slack"],
  },
  "slack/forms": {
    ours: ["change", "observe", "slack/text", "slack/client", "slack/cards", "slack/clicks"],
    packages: ["@slack"],
  },
  "slack/asking": {
    ours: ["change", "observe", "slack/text", "slack/client", "slack/clicks", "slack/forms", "slack/words"],
    packages: ["@slack"],
  },
  slack: { ours: ["change", "observe"], packages: ["@slack"] },
  execution: { ours: ["change", "policy", "redact", "observe"], packages: ["execa"] },
  graph: { ours: ["change", "policy", "observe"], packages: ["@langchain"] },
  threads: { ours: ["change", "policy", "graph", "store", "execution", "observe"] },
  playground: { ours: [], packages: ["ws", "yaml"] },
  config: { ours: ["change", "execution"] },
  app: {
    ours: [
      "agents",
      "change",
      "config",
      "execution",
      "graph",
      "http",
      "observe",
      "playground",
      "policy",
      "redact",
    ].concat(["slack", "store", "threads"]),
    packages: ["pg"],
  },
  commands: { ours: ["app", "change", "config", "execution", "policy", "redact", "store"] },
};

/** Packages that are imported in the folders that name them, and nowhere else. */
export const PACKAGES = [
  ...new Set(Object.values(FOLDERS).flatMap(({ packages = [] }) => packages)),
].toSorted();
