import { FOLDERS, type Folder, PACKAGES } from "./folders.ts";

/** The rules that follow from the table of folders: one for each folder of src, and one for test. They stand in imports.json, one a line, and biome.json extends it. */
export function folderRules(): object[] {
  // A wing after its folder: of two rules for one file Biome takes the later one.
  const folders = Object.entries(FOLDERS)
    .toSorted(([one], [other]) => depthOf(one) - depthOf(other))
    .map(([name, folder]) => ruleOf(name, folder));
  return [...folders, TESTS];
}

/** What imports.json holds. */
export function rulesFile(): string {
  const rules = folderRules().map((rule) => `    ${JSON.stringify(rule)}`);
  return `{\n  "overrides": [\n${rules.join(",\n")}\n  ]\n}\n`;
}

const UP = { group: ["../**"], message: "Another folder is imported by its name, as in #change/plan.ts." };

/** A program is tested against a stand-in of Slack that fails when Slack refused a block. */
const TESTS = restrict(["**/test/**", "!**/test/playground/**", "!**/test/support/own-slack.ts"], {
  paths: {
    "#playground/slack/slack.ts": {
      importNames: ["startSlack"],
      message:
        "A program is tested against startOwnSlack (test/support/own-slack.ts): it fails when Slack refused a block.",
    },
  },
  patterns: [UP],
});

function ruleOf(name: string, { ours, packages = [] }: Folder): object {
  const allowed = [name, ...ours].map((one) => `!#${one}/**`);
  const elsewhere = PACKAGES.filter((one) => !packages.includes(one)).join(",");
  const patterns = [
    { group: ["#*/**", ...allowed], message: `src/${name} imports ${inWords(ours)} (docs/architecture.md).` },
    // The page's code runs in a browser, which knows paths only.
    ...(name === "playground" ? [] : [UP]),
    {
      group: [`{${elsewhere}}`, `{${elsewhere}}/**`],
      message: `This package has its own folder, which is not src/${name} (docs/architecture.md).`,
    },
  ];
  return restrict([`**/src/${name}/**`], { patterns });
}

function depthOf(folder: string): number {
  return folder.split("/").length;
}

function inWords(ours: readonly string[]): string {
  return ours.length === 0 ? "no other folder" : `only from ${ours.join(", ")} and itself`;
}

function restrict(includes: readonly string[], options: object): object {
  return { includes, linter: { rules: { style: { noRestrictedImports: { level: "error", options } } } } };
}
