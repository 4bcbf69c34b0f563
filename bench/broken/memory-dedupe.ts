/** Broken on purpose: what was seen before is remembered in memory, so the retry of a body that was never stored is waved through. */
import { type Delivery, GroupCommit as Sound } from "../../lib/webhooks/intake/group-commit";

export { type Delivery, IntakeFull } from "../../lib/webhooks/intake/group-commit";

export class GroupCommit extends Sound {
  readonly #seen = new Set<string>();
  override store(row: Delivery): Promise<void> {
    const key = row.endpointId + row.bodySha256.toString("hex");
    if (this.#seen.has(key)) return Promise.resolve();
    this.#seen.add(key);
    return super.store(row);
  }
}
