import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Page } from "playwright-core";

const quiet =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

/** Where Chromium is on this machine, or null. */
export function findChromium(): string | null {
  const { PATH = "" } = process.env;
  const folders = ["/usr/bin", ...PATH.split(delimiter)];
  const names = ["chromium", "chromium-browser", "google-chrome"];
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable) ?? null;
}

/** `false`, or the reason to skip a browser test. In CI there is no such reason: a missing browser fails there. */
export function reasonToSkip(): string | false {
  const { CI } = process.env;
  if (findChromium() !== null || CI) return false;
  return "no Chromium at /usr/bin/chromium or in PATH";
}

/** Starts the machine's Chromium, without a window and without any traffic of its own. */
export async function launchChromium() {
  const executablePath = findChromium();
  if (executablePath === null)
    throw new Error("Looked for Chromium in /usr/bin and PATH, found none: install it.");
  return await chromium.launch({ executablePath, args: quiet.split(" ") });
}

/** Acts as somebody else from here on: until the page has become theirs, what is typed and pressed is still the other's. */
export async function actAs(page: Page, who: string): Promise<void> {
  await page.locator("#sidebar label").filter({ hasText: who }).click();
  await page.locator("#channel").getByText(`as ${who}`).first().waitFor({ state: "attached" });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
