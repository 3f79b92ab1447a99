/** What a part of a request wants done, and what it says of that. */
export type Intent = {
  verb: "scale" | "restart" | "image" | "undo" | "env" | "delete" | "apply" | "why" | "fix" | "show";
  text: string;
  /** Where, as it was said: "production", "namespace web". Empty: it says no place. */
  places: string[];
  /** To how many, or by how many more. */
  count: { to: number } | { by: number } | { times: number } | null;
};

const NUMBERS = "zero one two three four five six seven eight nine ten".split(" ");
const PLACES: readonly [RegExp, string][] = [
  [/(?<![\w./-])(?:production|prod|prd)(?![\w/-])/i, "production"],
  [/(?<![\w./-])(?:staging|stage|stg)(?![\w/-])/i, "staging"],
];
/** The first that fits counts: "why did the restart fail" is a question, and "roll back" no rollout. */
const VERBS: readonly [Intent["verb"], RegExp][] = [
  [
    "fix",
    /^(?:(?:please|can you|could you|pls|just) )*(?:fix|repair|mend|heal|unstick|unbreak|sort out|get .+ (?:healthy|working|running|going|back up))\b/i,
  ],
  [
    "why",
    /\b(?:why|what(?:'s| is)? (?:wrong|up with|broken|going on|happening)|how come|what happened|root cause|diagnose|investigate|troubleshoot|debug (?!on\b)|look into|on fire|anything (?:broken|wrong|failing|down|crashing|unhealthy))\b/i,
  ],
  [
    "show",
    /^(?:how (?:many|much|old|long|is|are)|what|which|who|when|where|is|are|does|do|did|has|have|show|list|get|see|describe|display|check|tell|tail|logs?|status)\b/i,
  ],
  [
    "undo",
    /\b(?:roll(?:ing)? ?back|rollback|undo|revert|back to (?:the )?(?:previous|last|old|earlier|revision|version before)|previous (?:version|revision|release)|roll \S+ back|back out)\b/i,
  ],
  ["delete", /\b(?:delete|remove|tear down|get rid of|nuke|kill|drop|clean up)\b/i],
  ["apply", /\b(?:apply|terraform|tf)\b/i],
  ["env", /\b[A-Z][A-Z0-9_]+ ?(?:=| to )|\benv(?:ironment)?(?: var(?:iable)?)?\b/],
  [
    "image",
    /\b(?:image|deploy|ship|upgrade|release|roll out)\b|\b(?:bump|update|set|move|put|switch|take)\b.*(?:\bv?\d+\.\d+|:[\w.-]+)/i,
  ],
  [
    "scale",
    /\b(?:scale|resize|replicas?|pods|instances|copies|double|triple|halve|increase|decrease|more|fewer|less|bump|bring)\b|\bto (?:\d+|zero|one|two|three|four|five|six|seven|eight|nine|ten)\b/i,
  ],
  ["restart", /\b(?:restart|bounce|kick|recycle|cycle|reboot|redeploy|roll)\b/i],
];

/** The parts of a request in their order. What names no place is where the part before it is, or the only place named. */
export function intentsOf(request: string): Intent[] {
  const parts = partsOf(request);
  const named = [...new Set(parts.flatMap(placesIn))];
  let last = named.length === 1 ? named : [];
  const intents: Intent[] = [];
  for (const text of parts) {
    const places = placesIn(text);
    if (places.length > 0) last = places;
    const verb = VERBS.find(([, pattern]) => pattern.test(text))?.[0] ?? intents.at(-1)?.verb;
    if (verb !== undefined) intents.push({ verb, text, places: last, count: countIn(text) });
  }
  return intents;
}

/** Words that may be names of something, longest first. */
export function wordsIn(text: string): string[] {
  const words = text.toLowerCase().match(/[a-z0-9][a-z0-9-]*[a-z0-9]/g) ?? [];
  return [...new Set(words)].filter((word) => !/^\d+$/.test(word) && !COMMON.has(word));
}

const COMMON = new Set(
  "the and for with from into onto that this then than its our your please pls can could you would should want need now again back down up out off all any some few more less fewer most last first next new old one two three four five six seven eight nine ten to in on of at by is are was were be been has have had do does did not no yes it me my we us who what which where when why how many much scale resize replicas replica pods pod deployment deployments service services app apps image images version tag restart bounce kick recycle cycle rollback roll rolling undo revert delete remove set change update upgrade bump deploy ship release env variable show list get see describe check tell logs log status running runs run restarting crashing failing failed broken slow stuck pending fix repair production prod prd staging stage stg namespace environment cluster double triple halve instances copies increase decrease bring make use add wait until ready healthy there here".split(
    " ",
  ),
);

function partsOf(request: string): string[] {
  return request
    .replaceAll(/[`"“”]/g, "")
    .replaceAll(/\s+/g, " ")
    .split(/\s*[,;.]?\s+(?:and )?(?:then|after that|afterwards)\s+|\s*;\s*|\.\s+(?=\w)/i)
    .flatMap((part) => part.split(AND))
    .map((part) => part.trim().replace(/[.!?,]+$/, ""))
    .filter((part) => part !== "");
}

const AND =
  /\s*,?\s+(?:and|&) (?=(?:also )?(?:scale|restart|bounce|kick|set|roll|undo|revert|delete|remove|apply|bump|deploy|update|upgrade|resize)\b)|\s*,\s*(?=(?:scale|restart|bounce|kick|set|roll|undo|revert|delete|remove|apply|bump|deploy|update|upgrade|resize)\b)/i;

function placesIn(text: string): string[] {
  const known = PLACES.flatMap(([pattern, name]) => (pattern.test(text) ? [name] : []));
  const namespace =
    /\b(?:namespace|ns) ([a-z0-9-]+)\b/i.exec(text)?.[1] ??
    /\b([a-z0-9-]+) namespace\b/i.exec(text)?.[1] ??
    /(?:^| )-n ([a-z0-9-]+)\b/.exec(text)?.[1];
  const isName = namespace !== undefined && !COMMON.has(namespace.toLowerCase());
  return isName ? [...new Set([...known, namespace.toLowerCase()])] : known;
}

function countIn(text: string): Intent["count"] {
  const number = `(\\d{1,5}|${NUMBERS.join("|")})`;
  const find = (pattern: string): number | null => {
    const word = new RegExp(pattern, "i").exec(text)?.[1];
    if (word === undefined) return null;
    const spelled = NUMBERS.indexOf(word.toLowerCase());
    return spelled < 0 ? Number(word) : spelled;
  };
  const more = find(`\\b(?:add|by|another) ${number}\\b`) ?? find(`\\b${number} more\\b`);
  if (more !== null)
    return { by: /\b(?:decrease|reduce|fewer|less|down by|remove)\b/i.test(text) ? -more : more };
  const fewer = find(`\\b${number} (?:fewer|less)\\b`);
  if (fewer !== null) return { by: -fewer };
  const to =
    find(`\\b(?:to|at|=|replicas(?:=| ))\\s*${number}(?![\\w.])`) ??
    find(`\\b${number} (?:replicas?|pods?|instances?|copies|of)\\b`) ??
    find(`\\bx ?${number}\\b`);
  if (to !== null) return { to };
  if (/\bdouble\b/i.test(text)) return { times: 2 };
  if (/\btriple\b/i.test(text)) return { times: 3 };
  return /\b(?:halve|half)\b/i.test(text) ? { times: 0.5 } : null;
}
