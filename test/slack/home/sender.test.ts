import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { webApi } from "@slack/bolt";
import type { DueHome, HomesPort } from "#change/home-port.ts";
import { createLog } from "#observe/log.ts";
import { createAccess } from "#slack/client/access.ts";
import { sendingOptions } from "#slack/client/clients.ts";
import { createDoor } from "#slack/client/door.ts";
import { createHomeSender } from "#slack/home/sender.ts";
import { soon } from "#test/support/soon.ts";

const log = createLog(
  (json) => json,
  () => undefined,
);

describe("the sender of Homes", () => {
  it("goes on with other people's while Slack leaves one unanswered", async (t) => {
    const published: string[] = [];
    let isAnswered = false;
    const slack = createServer(async (request, response) => {
      const user = new URLSearchParams(await text(request)).get("user_id") ?? "";
      if (user === "U0SLOW0001") {
        response.once("close", () => {
          isAnswered = true;
        });
        return;
      }
      published.push(user);
      response.end(JSON.stringify({ ok: true }));
    });
    await new Promise<void>((resolve) => slack.listen(0, "127.0.0.1", resolve));
    t.after(() => {
      slack.closeAllConnections();
      slack.close();
    });
    const { port: at } = slack.address() as AddressInfo;
    const due = [home("U0SLOW0001"), home("U0BEN00001")];
    const sender = createHomeSender({
      port: portOf(due),
      door: createDoor(new webApi.WebClient("xoxb-1", sendingOptions(`http://127.0.0.1:${at}/api/`, log))),
      render: async () => ({ type: "home", blocks: [] }),
      access: createAccess(log),
      log,
    });
    sender.start();
    await soon("the other one is published", async () => published.includes("U0BEN00001"));
    due.push(home("U0ANA00001"));
    await soon("the next one, too", async () => published.includes("U0ANA00001"));
    assert.equal(isAnswered, false, "it waited until the one that hangs was given up");
    slack.closeAllConnections();
    await sender.stop();
  });
});

function home(userId: string): DueHome {
  return { userId, teamId: "T0TEAM0001", wanted: 1, shown: null, notice: null, failures: 0 };
}

function portOf(due: DueHome[]): HomesPort {
  return {
    opened: async () => undefined,
    say: async () => undefined,
    claim: async (limit) => due.splice(0, limit),
    sent: async () => undefined,
    // As while the database is away: it must not end the process either.
    postpone: async () => {
      throw new Error("away");
    },
    wait: (_ms, signal) =>
      new Promise((resolve) => {
        const late = setTimeout(resolve, 50);
        signal.addEventListener("abort", () => {
          clearTimeout(late);
          resolve();
        });
      }),
  };
}
