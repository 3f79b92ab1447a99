import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { kubectlFlags, kubectlVersion } from "./kubectl-help.ts";
import { knownNames, terraformFlags, terraformVersion } from "./terraform-help.ts";
import { kubectlVerbs, terraformVerbs } from "./verbs.ts";

// npm run flags: writes down which flags kubectl and terraform take, as those that are installed say it, in two minutes.
// npm run flags -- kubectl: those of one of them.
const ROOT = join(import.meta.dirname, "..", "..", "..");
const [, , only] = process.argv;
if (only !== "terraform") await write("kubectl", await kubectlVersion(), kubectlVerbs(), kubectlFlags);
if (only !== "kubectl") {
  const names = await knownNames(terraformVerbs());
  const flagsOf = (verb: string) => terraformFlags(verb, names);
  await write("terraform", await terraformVersion(), terraformVerbs(), flagsOf);
}

async function write(
  program: string,
  version: string,
  verbs: readonly string[],
  flagsOf: (verb: string) => Promise<string>,
): Promise<void> {
  const table: Record<string, string> = Object.fromEntries(verbs.map((verb) => [verb, ""]));
  const left = [...verbs];
  const worker = async (): Promise<void> => {
    for (let verb = left.pop(); verb !== undefined; verb = left.pop()) table[verb] = await flagsOf(verb);
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  const file = join(ROOT, "src/policy", program, "flags-from-help.ts");
  writeFileSync(
    file,
    `// Written by \`npm run flags\` from what ${program} says of itself. Which of them may stand there is said in verbs.ts.

/** The version of ${program} these are of. */
export const VERSION = ${JSON.stringify(version)};

/** The flags of every verb, as \`flagTable\` reads them. Under "", where there is one, stand those of all verbs. */
export const FLAGS_OF: Readonly<Record<string, string>> = ${JSON.stringify(table)};
`,
  );
  execFileSync(join(ROOT, "node_modules/.bin/biome"), ["format", "--write", file], { stdio: "inherit" });
}
