/** The one adapter of API routes: declares its door, parses, calls one verb, presents. A route without it does not build (house test). */
import type { core, z } from "zod";
import { allow, noteDenial, type Permission } from "@/lib/identity";
import type { Ctx } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import type { Id } from "@/lib/kernel/ids";
import { env } from "@/lib/platform/env";
import { guestOf } from "@/lib/web/link-cookie";
import { PRIVATE, problem } from "@/lib/web/problem";
import { countAttempt, type Rate } from "@/lib/web/rate-limit";
import { readBounded } from "@/lib/web/read-bounded";
import { assertOwnOrigin, newRequestId, type Visitor, visitorOf } from "@/lib/web/request-guard";

/** `link`: who holds the link to one journey. `provider`: no session and no page of ours; the verb itself checks who signed what was sent. */
export type Access = Permission | "session" | "link" | "public" | "provider";
const OPEN: ReadonlySet<Access> = new Set(["public", "provider"]);
type Schema = z.ZodType;
type Out<S> = S extends Schema ? z.output<S> : undefined;

export interface RouteSpec<P, Q, B> {
  access: Access;
  params?: P;
  query?: Q;
  body?: B;
  /** How often one person, or all of an organisation together, may call it. */
  rate?: Rate & { per?: "organisation" };
  /** The only kind of installation that has this address; elsewhere it answers 404 before anything is looked at. */
  onlyIn?: "staging";
  /** Status of a success; 200 unless told. */
  status?: number;
}
export interface Parsed<P, Q, B> {
  params: Out<P>;
  query: Out<Q>;
  body: Out<B>;
  request: Request;
  visitor: Visitor | null;
}
type Handler = (request: Request, context: { params: Promise<Record<string, string | string[]>> }) => Promise<Response>;

const LARGEST_BODY = 256 * 1024;

/**
 * Makes a route handler.
 * @param spec its permission (or `session`, `public`, `provider`) and the schemas of what comes in; unknown keys are refused
 * @param run gets a context (the visitor's, or for `public` and `provider` one without rights) and the parsed input; its result is sent as JSON
 */
export function route<
  P extends Schema | undefined = undefined,
  Q extends Schema | undefined = undefined,
  B extends Schema | undefined = undefined,
>(spec: RouteSpec<P, Q, B>, run: (ctx: Ctx, input: Parsed<P, Q, B>) => Promise<unknown>): Handler {
  return async (request, context) => {
    const requestId = newRequestId();
    const { pathname, searchParams } = new URL(request.url);
    let visitor: Visitor | null = null;
    try {
      if (spec.onlyIn && env().APP_ENV !== spec.onlyIn) throw new AppError("not_found", "address");
      visitor = await visitorFor(spec.access, request, requestId);
      if (!OPEN.has(spec.access) && !visitor) throw new AppError("unauthenticated", "no_session");
      if (spec.access !== "provider") assertOwnOrigin(request);
      if (visitor && isPermission(spec.access)) allow(visitor.ctx, spec.access);
      if (spec.rate && visitor) await countAttempt(spec.rate, whoIsCounted(spec.rate, visitor));
      const input = {
        // an address that cannot exist is an address that does not
        params: spec.params ? parse(spec.params, await context.params, () => new AppError("not_found", "address")) : undefined,
        query: spec.query ? parse(spec.query, Object.fromEntries(searchParams), invalid) : undefined,
        body: spec.body ? parse(spec.body, await readJson(request), invalid) : undefined,
        request,
        visitor,
      } as Parsed<P, Q, B>;
      const result = await run(visitor?.ctx ?? nobody(requestId), input);
      if (result instanceof Response) return result;
      return Response.json(result ?? { ok: true }, {
        status: spec.status ?? 200,
        headers: { ...PRIVATE, "x-request-id": requestId },
      });
    } catch (error) {
      if (error instanceof AppError && error.code === "forbidden" && visitor) await noteDenial(visitor.ctx, error.detail);
      return problem(error, requestId, `${request.method} ${pathname.replace(/[0-9a-f-]{36}/g, ":id")}`);
    }
  };
}

const visitorFor = async (access: Access, request: Request, requestId: string): Promise<Visitor | null> =>
  OPEN.has(access) ? null : access === "link" ? guestOf(request, requestId) : visitorOf(request, requestId);

const whoIsCounted = ({ per }: NonNullable<RouteSpec<unknown, unknown, unknown>["rate"]>, { ctx, secret }: Visitor) =>
  per === "organisation" ? ctx.orgId : `${ctx.orgId}:${secret}`;

const isPermission = (access: Access): access is Permission => access !== "session" && access !== "link" && !OPEN.has(access);

const nobody = (requestId: string): Ctx => ({
  orgId: "" as Ctx["orgId"],
  actor: { kind: "user", userId: "" as Id<"user"> }, // a person nobody knows, with no rights
  role: null,
  permissions: new Set(),
  now: new Date(),
  requestId,
});

function parse(schema: Schema, value: unknown, refuse: (issues: core.$ZodIssue[]) => AppError): unknown {
  const result = schema.safeParse(value);
  if (!result.success) throw refuse(result.error.issues);
  return result.data;
}

function invalid(issues: core.$ZodIssue[]): AppError {
  const fields = Object.fromEntries(
    issues.map((i) => [i.path.map(String).join(".") || "body", i.code === "custom" ? i.message : i.code]),
  );
  return new AppError("invalid", "invalid", { fields });
}

async function readJson(request: Request): Promise<unknown> {
  const raw = await readBounded(request, LARGEST_BODY);
  if (raw === "too_large") throw new AppError("invalid", "too_large", { fields: { body: "too_large" } });
  const text = raw.toString();
  try {
    // keys that could reach a prototype are dropped by strict schemas; refused here so that nothing in between sees them
    return JSON.parse(text || "{}", (key, value: unknown) => {
      if (key === "__proto__" || key === "constructor" || key === "prototype")
        throw new AppError("invalid", "invalid", { fields: { [key]: "refused" } });
      return value;
    });
  } catch (error) {
    throw error instanceof AppError ? error : new AppError("invalid", "not_json", { fields: { body: "not_json" } });
  }
}
