// The browser the journeys run in: Debian's, since nothing is downloaded outside npm and Debian.
import fs from "node:fs";
import { aptInstall, which } from "./apt.mjs";
import { Hint, step } from "./say.mjs";

const here = () =>
  [process.env.CHROMIUM_PATH, "/usr/bin/chromium"].find((file) => file && fs.existsSync(file)) ??
  which("chromium") ??
  which("chromium-browser") ??
  which("google-chrome");

/** The path of Chromium. @throws {Hint} when there is none and we may not install it. */
export async function findChromium() {
  const found = here();
  if (found) return found;
  step("installing Chromium (Debian package)");
  await aptInstall(["chromium"]);
  const installed = here();
  if (installed) return installed;
  throw new Hint("The browser tests need Chromium: install it, or set CHROMIUM_PATH to one.");
}
