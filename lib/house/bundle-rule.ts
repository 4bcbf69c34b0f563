/** The law about the receiver: what its bundle is made of. */
import { RECEIVER } from "./plan";
import type { Breach } from "./source";

/**
 * @param inputs the names of esbuild's metafile inputs, from the root
 * @returns a breach for each file or package the receiver must not contain
 */
export function receiverContents(inputs: readonly string[]): Breach[] {
  const law = "the receiver is the smallest program";
  const outside = inputs.filter((name) => !name.includes("node_modules/"));
  const strangers = outside.filter((name) => !RECEIVER.files.some((one) => one.test(name)));
  return strangers.map((name) => ({
    law,
    path: name,
    line: 1,
    detail: `is not for ${RECEIVER.entry} (the list is RECEIVER in lib/house/plan.ts)`,
  }));
}

/** The same for the packages our own files of the bundle name directly. */
export function receiverPackages(imported: ReadonlyArray<{ from: string; package: string }>): Breach[] {
  const law = "the receiver is the smallest program";
  const strangers = imported.filter((one) => !RECEIVER.packages.includes(one.package));
  return strangers.map((one) => ({
    law,
    path: one.from,
    line: 1,
    detail: `${one.package} is not on the receiver's list of packages`,
  }));
}
