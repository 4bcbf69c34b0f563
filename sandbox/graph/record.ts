/** Calls that change an account leave a line in the ledger, on disk before the caller hears the answer. */
import type { Context } from "../context";
import type { CallEntry } from "../ledger";
import { GraphError } from "./errors";
import type { GraphCall } from "./router";

/** Which account or number a call is about; ids only. */
export type About = { effect: string; wabaId?: string; phoneNumberId?: string };

/**
 * Runs the call and writes down how it ended, refused ones too; then keeps the accounts.
 * @throws GraphError whatever the call throws
 */
export async function recorded<T>(ctx: Context, call: GraphCall, about: About, run: () => T | Promise<T>): Promise<T> {
  const line: CallEntry = {
    kind: "call",
    effect: about.effect,
    method: call.method,
    path: `/${call.path.join("/")}`,
    wabaId: about.wabaId ?? null,
    phoneNumberId: about.phoneNumberId ?? null,
    answer: 200,
  };
  try {
    const answer = await run();
    await ctx.accounts.save();
    await ctx.ledger.record(line);
    return answer;
  } catch (error) {
    if (error instanceof GraphError) {
      await ctx.accounts.save(); // a refused PIN or registration counts too
      await ctx.ledger.record({ ...line, answer: error.status, error: error.code });
    }
    throw error;
  }
}
