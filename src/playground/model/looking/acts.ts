import { type Draft, remove, restart, scale, setEnv, setImage, undo } from "#playground/model/steps.ts";
import type { Intent } from "./intent.ts";
import type { Looking } from "./look.ts";
import { type Ask, type Found, findDeployments } from "./objects.ts";

/** What a part of a request comes to. */
export type Acted = { drafts: Draft[] } | { ask: Ask } | { cannot: string };

/** What is known of where things may be. */
export type Around = { namespaces: readonly string[] };

/** The steps of an acting part, with names and numbers from what is there. */
export function* act(intent: Intent, around: Around): Looking<Acted> {
  const namespaces = intent.places.length > 0 ? intent.places : around.namespaces;
  const looked = yield* findDeployments(intent.text, namespaces);
  if (!("found" in looked)) return looked;
  const drafts: Draft[] = [];
  for (const found of looked.found) {
    const acted = stepsFor(intent, found);
    if (!("drafts" in acted)) return acted;
    drafts.push(...acted.drafts);
  }
  return { drafts };
}

function stepsFor(intent: Intent, { name, namespace, row }: Found): Acted {
  switch (intent.verb) {
    case "scale": {
      const now = Number(/\/(\d+)$/.exec(row["READY"] ?? "")?.[1] ?? 0);
      const to = countFrom(intent.count, now);
      return to === null
        ? {
            ask: {
              question: `How many replicas should ${name} have? It has ${now}.`,
              choices: choicesNear(now),
            },
          }
        : { drafts: scale(name, to, now, namespace) };
    }
    case "restart":
      return { drafts: restart(name, namespace) };
    case "image": {
      const image = imageFrom(intent.text, name, row["IMAGES"] ?? "");
      return image === null
        ? { ask: { question: `Which image should ${name} have? It has ${row["IMAGES"]}.`, choices: [] } }
        : { drafts: setImage(name, image, namespace, (row["CONTAINERS"] ?? name).split(",")[0]) };
    }
    case "undo": {
      const revision = /\brevision (\d{1,6})\b/i.exec(intent.text)?.[1];
      return { drafts: undo(name, revision, namespace) };
    }
    case "env": {
      const pair = /\b([A-Z][A-Z0-9_]+) ?(?:=|to) ?["']?([^\s"']+)/.exec(intent.text);
      const [, key = "", value = ""] = pair ?? [];
      return pair === null
        ? {
            ask: {
              question: `Which variable of ${name}, and to what? For example LOG_LEVEL=debug.`,
              choices: [],
            },
          }
        : { drafts: setEnv(name, key, value, namespace) };
    }
    default:
      return { drafts: remove("deployment", name, namespace) };
  }
}

function countFrom(count: Intent["count"], now: number): number | null {
  if (count === null) return null;
  if ("to" in count) return count.to;
  return "by" in count ? Math.max(0, now + count.by) : Math.round(now * count.times);
}

function choicesNear(now: number): string[] {
  return [...new Set([now + 1, now + 2, now * 2])].map(String);
}

/** A whole reference, or the image that runs with the version that was said. */
function imageFrom(text: string, name: string, runs: string): string | null {
  const whole = /(?<![\w./-])((?:[\w.-]+(?::\d+)?\/)+[\w.-]+(?::[\w.-]+|@sha256:[0-9a-f]{64}))/.exec(
    text,
  )?.[1];
  if (whole !== undefined) return whole;
  const tag =
    new RegExp(`\\b${name}:([\\w.-]+)`, "i").exec(text)?.[1] ??
    /(?:^|\s|:|@)v?(\d+\.\d+(?:\.\d+)?(?:-[\w.]+)?)(?![\w.])/.exec(text)?.[1] ??
    /\btag ([\w.-]+)/i.exec(text)?.[1];
  const [first = ""] = runs.split(",");
  const repository = first.replace(/(?::[\w.-]+)?(?:@sha256:[0-9a-f]+)?$/, "");
  return tag === undefined || repository === "" ? null : `${repository}:${tag}`;
}
