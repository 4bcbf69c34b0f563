import fs from "node:fs";
import path from "node:path";
import { unstable_doesMiddlewareMatch } from "next/experimental/testing/server";
import { expect, test } from "vitest";
import { config } from "@/proxy";

const goesThrough = (url: string) => unstable_doesMiddlewareMatch({ config, nextConfig: {}, url });

test("every address that could answer with a page has the content policy, whatever its ending", () => {
  const pages = ["/", "/sign-in", "/inbox", "/inbox/all/0192", "/settings/webhook", "/api"];
  const disguised = [
    "/inbox/all/x.js",
    "/sign-in.svg",
    "/inbox.png",
    "/x.woff2",
    "/inbox/icon.svg",
    "/favicon.ico",
    "/icon.svg/x",
  ];
  const alike = ["/iconfoo", "/metricsfoo", "/metrics/x", "/icon-svg", "/iconxsvg", "/_next/staticfoo", "/apix"];
  for (const url of [...pages, ...disguised, ...alike]) expect(goesThrough(url), url).toBe(true);
});

test("the API, the build's files and exactly the public files do without", () => {
  const files = fs.readdirSync(path.resolve(import.meta.dirname, "../../public"));
  expect(files.length).toBeGreaterThan(0);
  for (const url of ["/api/health", "/metrics", "/_next/static/chunks/a.js", ...files.map((f) => `/${f}`)])
    expect(goesThrough(url), url).toBe(false);
});
