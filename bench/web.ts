/** The production build of the web process, when there is one, and a signed-in browser's cookie. */
import type { ChildProcess } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { statusOf } from "../scripts/lib/health.mjs";
import { at, dataDir } from "../scripts/lib/paths.mjs";
import { endAll, program } from "../scripts/lib/supervise.mjs";
import type { Ground } from "./trial/ground";
import { until } from "./trial/ground";

export interface Web {
  url: string;
  pid: () => number;
  stop: () => Promise<void>;
}

/** The newest build that was kept, else what `npm run build` left. */
function findServer(): string | null {
  const builds = path.join(dataDir, "builds");
  const kept = fs.existsSync(builds)
    ? fs.readdirSync(builds).filter((name) => fs.existsSync(path.join(builds, name, "done")))
    : [];
  const newest = kept.map((name) => path.join(builds, name)).sort((a, b) => fs.statSync(b).mtimeMs - fs.statSync(a).mtimeMs)[0];
  const files = [...(newest ? [path.join(newest, "web/server.js")] : []), at(".next/standalone/server.js")];
  return files.find((file) => fs.existsSync(file)) ?? null;
}

/** Starts the web process on the ground's database. @returns null when nothing was built */
export async function startWeb(ground: Ground): Promise<Web | null> {
  const server = findServer();
  if (!server) return null;
  const { child }: { child: ChildProcess } = await program({
    args: [server],
    env: ground.env.web as Record<string, string>,
    log: path.join(ground.logDir, "web.log"),
    cwd: path.dirname(server),
  })();
  const url = ground.env.urls.web ?? "";
  const stop = () => endAll([child.pid ?? 0]);
  try {
    await until("web answers", async () => (await statusOf(`${url}/api/health/ready`)) === 200, 60_000);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, pid: () => child.pid ?? 0, stop };
}

/** Signs in as a person does and returns the `Cookie` header of the session. @throws Error when it was refused */
export async function signInOverHttp(url: string, email: string, password: string): Promise<string> {
  const first = await fetch(`${url}/api/auth/csrf`);
  const { csrfToken } = (await first.json()) as { csrfToken: string };
  const cookies = (answer: Response) => answer.headers.getSetCookie().map((c) => c.split(";")[0] ?? "");
  const answer = await fetch(`${url}/api/auth/callback/credentials`, {
    method: "POST",
    redirect: "manual",
    headers: { "content-type": "application/x-www-form-urlencoded", cookie: cookies(first).join("; "), origin: url },
    body: new URLSearchParams({ csrfToken, email, password, json: "true", callbackUrl: url }),
  });
  const session = cookies(answer).find((c) => /^(__Host-)?parley=./.test(c));
  if (!session) throw new Error(`sign-in answered ${answer.status} without a session: ${(await answer.text()).slice(0, 300)}`);
  return session;
}
