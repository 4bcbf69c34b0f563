// Ports on the loopback address.
import net from "node:net";

/** True when nothing listens on 127.0.0.1:port and we could. */
export const isFree = (port) =>
  new Promise((done) => {
    const server = net.createServer();
    server.once("error", () => done(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => done(true)));
  });

/** The first free port at or after `from`, leaving out those in `taken` (which the answer joins). */
export async function freePort(from, taken = new Set()) {
  for (let port = from; port < Math.min(from + 2000, 65_536); port++) {
    if (!taken.has(port) && (await isFree(port))) {
      taken.add(port);
      return port;
    }
  }
  throw new Error(`No free port between ${from} and ${from + 1999}.`);
}
