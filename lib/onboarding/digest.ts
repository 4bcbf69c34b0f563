import { hash } from "node:crypto";

/** 32 bytes that say nothing of the value. */
export const digestOf = (value: string) => Buffer.from(hash("sha256", value), "hex");
