import { defineConfig, devices } from "@playwright/test";
import { lane, laneCount } from "./e2e/lane";

// The programs under test are started by `npm test`; this only drives browsers against them, one for each stack.
export default defineConfig({
  testDir: "e2e",
  testMatch: "**/*.spec.ts",
  outputDir: "test-results",
  fullyParallel: false,
  workers: laneCount,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: true,
  reporter: process.env.E2E_RESULTS ? [["list"], ["json", { outputFile: process.env.E2E_RESULTS }]] : [["list"]],
  use: {
    ...devices["Desktop Chrome"],
    baseURL: lane().BASE_URL ?? "http://127.0.0.1:3000",
    locale: "en-GB",
    timezoneId: "Asia/Jakarta",
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
