/** Prisma behind one helper: ordinary verbs reach a tenant's rows through `inTenant` only. */
import { PrismaPg } from "@prisma/adapter-pg";
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import { seconds } from "@/lib/kernel/time";
import type { OrgKeys } from "@/lib/platform/crypto/org-keys";
import { env } from "@/lib/platform/env";
import { orgKeys } from "@/lib/platform/keys";
import { isUnavailable, SESSION } from "@/lib/platform/pool";
import { type Prisma, PrismaClient } from "@/prisma/generated/client";

declare const tenant: unique symbol;
/** A Prisma client inside one tenant's transaction, with that tenant's keys. */
export type Db = Prisma.TransactionClient & { readonly [tenant]: true; readonly keys: OrgKeys };

let app: PrismaClient | undefined;
let worker: PrismaClient | undefined;
const lost = () => {}; // the query that needed the connection fails by itself
const make = (url: string) =>
  new PrismaClient({
    adapter: new PrismaPg({ connectionString: url, max: 5, ...SESSION }, { onPoolError: lost, onConnectionError: lost }),
  });
function clientFor(ctx: Ctx): PrismaClient {
  if (ctx.actor.kind === "system") return (worker ??= make(env().DATABASE_WORKER_URL));
  return (app ??= make(env().DATABASE_URL));
}

/**
 * One short transaction inside the context's organisation. Does not nest; no network inside.
 * @throws AppError `unavailable` when Postgres is away
 */
export async function inTenant<T>(ctx: Ctx, work: (db: Db) => Promise<T>): Promise<T> {
  try {
    const keys = await orgKeys(ctx.orgId);
    return await clientFor(ctx).$transaction(
      async (tx) => {
        await tx.$executeRaw`select set_config('app.org_id', ${ctx.orgId}, true), set_config('app.user_id', ${userIdOf(ctx) ?? ""}, true), set_config('app.actor', ${ctx.actor.kind}, true)`;
        return work(Object.assign(Object.create(tx), { keys }) as Db);
      },
      { timeout: seconds(15), maxWait: seconds(5) },
    );
  } catch (error) {
    if (isUnavailable(error)) throw new AppError("unavailable", "database", { cause: error });
    throw error;
  }
}

/** Closes Prisma's own connections; for the end of a process or a test file. */
export async function closeDb(): Promise<void> {
  await Promise.all([app?.$disconnect(), worker?.$disconnect()]);
  app = undefined;
  worker = undefined;
}

/** Prisma's `Bytes` as a Buffer, without copying. */
export const asBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
