import { sayKubectlOtherwise } from "./fuzz-kubectl.ts";
import { sayTerraformOtherwise } from "./fuzz-terraform.ts";
import { chance, pick, type Random } from "./random.ts";

/** What `checkLine` is asked about: a typed line, or an argv with the program in front. */
export type Input = { cmd: string } | { argv: string[] };

/**
 * The same command in other words. What counts as the same is listed at `sayKubectlOtherwise` and
 * `sayTerraformOtherwise`; besides, one in three becomes a typed line that is quoted in another way (`quote`).
 */
export function sayOtherwise(argv: string[], random: Random): Input {
  const [program = "", ...args] = argv;
  let said = args;
  if (program === "kubectl") said = sayKubectlOtherwise(args, random);
  if (program === "terraform") said = sayTerraformOtherwise(args, random);
  return chance(random, 0.33) ? { cmd: quote([program, ...said], random) } : { argv: [program, ...said] };
}

/** A typed line with exactly these words: bare, in single or double quotes, with backslashes, or a mixture, between blanks and tabs. */
export function quote(argv: readonly string[], random: Random): string {
  const blank = () => pick(random, [" ", " ", " ", "  ", "\t", " \t "]);
  // `NAME=value` in front of a command would set a variable, however the value is quoted.
  const words = argv.map((word, at) =>
    at === 0 && word.includes("=") ? quoteWhole(word) : quoteWord(word, random),
  );
  return `${chance(random, 0.1) ? " " : ""}${words.map((word, at) => (at === 0 ? word : blank() + word)).join("")}${chance(random, 0.1) ? " " : ""}`;
}

function quoteWord(word: string, random: Random): string {
  if (word.length > 1 && chance(random, 0.15)) {
    const cut = 1 + Math.floor(random() * (word.length - 1));
    return quoteWord(word.slice(0, cut), random) + quoteWord(word.slice(cut), random);
  }
  const form = random();
  if (form < 0.5 && /^[A-Za-z0-9_./:,@%+=-]+$/.test(word)) return word;
  if (form < 0.65) return `"${word.replace(/["\\$`!]/g, (sign) => (sign === "!" ? sign : `\\${sign}`))}"`;
  // In bare text a backslash before a line break would swallow it, and an empty word needs its quotes.
  if (form < 0.75 && word !== "" && !word.includes("\n")) {
    return Array.from(word, (sign) =>
      /[A-Za-z0-9_/-]/.test(sign) && chance(random, 0.7) ? sign : `\\${sign}`,
    ).join("");
  }
  return quoteWhole(word);
}

function quoteWhole(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

const pool =
  "get delete apply scale plan destroy -n -o -f -A -w -- --dry-run=client --dry-run=none --replicas=0 --replicas=00 --force --all --as=x --token=x -auto-approve -chdir=.. -out=/x -json --raw / .. - , = secret secrets/x pods kube-system https://x -var-file=../x $(id) ; | && ' \" \\ \u0000 \u001b \u202e \u200b \u0435 \ud800 \uff10".split(
    " ",
  );

/** An input that may mean anything: words and letters of a known one left out, doubled, swapped, put in, in another case, or cut. */
export function scramble(argv: readonly string[], random: Random): Input {
  let words = [...argv];
  const rounds = 1 + Math.floor(random() * 4);
  for (let round = 0; round < rounds; round++) words = scrambleWords(words, random);
  if (chance(random, 0.5)) return { argv: words };
  let line = words.join(" ");
  for (let round = 0; round < rounds; round++) line = scrambleText(line, random);
  return { cmd: line };
}

function scrambleWords(words: string[], random: Random): string[] {
  const at = Math.floor(random() * (words.length + 1));
  const word = words[at] ?? "";
  const before = words.slice(0, at);
  const after = words.slice(at + 1);
  switch (Math.floor(random() * 6)) {
    case 0:
      return [...before, ...after];
    case 1:
      return [...before, word, word, ...after];
    case 2:
      return [...before, pick(random, pool), ...words.slice(at)];
    case 3:
      return [...after, ...before, word];
    case 4:
      return [...before, scrambleText(word, random), ...after];
    default:
      return [...before, `${word}${pick(random, ["=", ",", "/", "-"])}${pick(random, pool)}`, ...after];
  }
}

function scrambleText(text: string, random: Random): string {
  const at = Math.floor(random() * (text.length + 1));
  const before = text.slice(0, at);
  switch (Math.floor(random() * 6)) {
    case 0:
      return before + text.slice(at + 1);
    case 1:
      return before + pick(random, pool) + text.slice(at);
    case 2:
      return before + text.charAt(at).toUpperCase() + text.slice(at + 1);
    case 3:
      return before + String.fromCharCode(Math.floor(random() * 65_536)) + text.slice(at + 1);
    case 4:
      return before + text.charAt(at).repeat(1 + Math.floor(random() * 8)) + text.slice(at);
    default:
      return before;
  }
}
