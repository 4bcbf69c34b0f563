/** A gate before the sandbox, so that a test can let something happen in the middle of a call; for tests only. */
import http from "node:http";
import type { AddressInfo } from "node:net";

/** Where calls go instead of to the sandbox. */
export interface Gate {
  origin: string;
  /** Holds the next call whose address contains `path`. @returns once it is held, what lets it go */
  holdNext: (method: string, path: string) => Promise<() => void>;
  close: () => Promise<unknown>;
}

/** Stands before the sandbox and passes calls on; the next one of a kind can be held until it is let go. */
export async function openGate(to: string): Promise<Gate> {
  let held: { method: string; path: string; onHeld: (release: () => void) => void } | null = null;
  const server = http.createServer(async (req, res) => {
    const { method = "", url = "", headers } = req;
    if (held?.method === method && url.includes(held.path)) {
      const { onHeld } = held;
      held = null;
      await new Promise<void>(onHeld);
    }
    const passed = http.request(new URL(url, to), { method, headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(res);
    });
    passed.on("error", () => res.destroy());
    req.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    holdNext: (method: string, path: string) =>
      new Promise<() => void>((onHeld) => {
        held = { method, path, onHeld };
      }),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
