import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { reasonWithoutTerraform } from "#test/support/terraform.ts";
import { walkAfter } from "./after.ts";
import { walkAsking } from "./asking.ts";
import { walkDeciding } from "./deciding.ts";
import { walkFinding } from "./finding.ts";
import { walkPlaces } from "./places.ts";
import { walkRunning } from "./running.ts";
import { walkShortcuts } from "./shortcuts.ts";
import { walkSlackFails } from "./slack-fails.ts";
import { openStage, type Stage } from "./stage.ts";
import { walkTerraform } from "./terraform.ts";
import { walkTroubles } from "./troubles.ts";
import { walkWaiting } from "./waiting.ts";

const { GREENLIGHT_SHOTS } = process.env;
const folder = GREENLIGHT_SHOTS ?? fileURLToPath(new URL("../../docs/screens", import.meta.url));

/* `npm run walk`: everything people do in Slack, at the playground's page, with the pictures of docs/tour.md. */
describe("a walk through the playground", () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage(folder);
  });
  after(() => stage.close());

  it("asks, and answers what is asked back", () => walkAsking(stage));
  it("asks by the shortcuts", () => walkShortcuts(stage));
  it("decides", () => walkDeciding(stage));
  it("decides in a direct message and on the Home", () => walkPlaces(stage));
  it("runs, fails, and is stopped", () => walkRunning(stage));
  it("goes on from a verdict", () => walkAfter(stage));
  it("finds", () => walkFinding(stage));
  it("meets troubles", () => walkTroubles(stage));
  it("waits too long", () => walkWaiting(stage));
  it("applies a saved plan", { skip: reasonWithoutTerraform() }, () => walkTerraform(stage));
  it("goes on while Slack fails", () => walkSlackFails(stage));
});
