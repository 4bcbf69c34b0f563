/** Broken on purpose: a send whose outcome nobody knows is simply sent again. */
import { metaSender as sound } from "../../lib/providers/meta/graph";

export * from "../../lib/providers/meta/graph";

export const metaSender: typeof sound = {
  ...sound,
  send: async (message) => {
    let outcome = await sound.send(message);
    for (let again = 0; outcome.kind === "unknown" && again < 3; again++) outcome = await sound.send(message);
    return outcome;
  },
};
