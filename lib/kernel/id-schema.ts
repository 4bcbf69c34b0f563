import { z } from "zod";
import { asId, type Noun } from "@/lib/kernel/ids";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** zod schema of an id that comes over a border: lower-case canonical UUID. */
export const idSchema = <N extends Noun>(n: N) =>
  z
    .string()
    .regex(UUID)
    .transform((v) => asId(n, v));
