/** People, roles and what each may do. Pure. */

import type { Ctx } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import { hours, minutes } from "@/lib/kernel/time";

export const ROLES = ["owner", "admin", "manager", "lawyer", "agent"] as const;
export type Role = (typeof ROLES)[number];

export const PERMISSIONS = [
  "inbox.read",
  "inbox.reply",
  "inbox.assign",
  "inbox.resend",
  "templates.read",
  "templates.sync",
  "members.read",
  "matters.read",
  "matters.write",
  "matters.walls",
  "settings.webhook",
  "numbers.connect",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const WORK = [
  "inbox.read",
  "inbox.reply",
  "inbox.assign",
  "inbox.resend",
  "templates.read",
  "members.read",
  "matters.read",
  "matters.write",
] as const;

/** The one table of rights. What is not listed is refused. */
export const RIGHTS = {
  owner: PERMISSIONS,
  admin: PERMISSIONS,
  manager: [...WORK, "matters.walls", "templates.sync"],
  lawyer: [...WORK, "matters.walls"],
  agent: WORK,
} as const satisfies Record<Role, readonly Permission[]>;

export const isRole = (value: string): value is Role => (ROLES as readonly string[]).includes(value);
export const permissionsOf = (role: string): ReadonlySet<string> => new Set(isRole(role) ? RIGHTS[role] : []);

export const can = (ctx: Ctx, permission: Permission): boolean => ctx.actor.kind === "system" || ctx.permissions.has(permission);

/** The judge inside every verb. @throws AppError `forbidden` */
export function allow(ctx: Ctx, permission: Permission): void {
  if (!can(ctx, permission)) throw new AppError("forbidden", permission);
}

/** What cannot be taken back is done by somebody whose password was checked within this time (S-Z4). */
export const FRESH_AUTHENTICATION = minutes(10);

/** Whether a password checked then still vouches for who acts now. One whose check is not known does not. */
export const isFresh = (authenticatedAt: Date | null | undefined, now: Date): boolean =>
  authenticatedAt != null && now.getTime() - authenticatedAt.getTime() < FRESH_AUTHENTICATION;

/** Beside `allow`, in verbs that need it. @throws AppError `precondition` `fresh_authentication` */
export function requireFresh(ctx: Ctx): void {
  if (!isFresh(ctx.authenticatedAt, ctx.now)) throw new AppError("precondition", "fresh_authentication");
}

/** A session without a request for this long ends. */
export const SESSION_IDLE = minutes(60);
/** No session lives longer than this. */
export const SESSION_LIFE = hours(12);
/** Sessions a person may have at once; the oldest goes. */
export const SESSIONS_PER_USER = 10;
/** `last_seen_at` is written at most this often. */
export const SESSION_TOUCH = minutes(1);

export interface SessionTimes {
  idleUntil: Date;
  absoluteUntil: Date;
  revokedAt: Date | null;
}
export const isSessionLive = (s: SessionTimes, now: Date) => s.revokedAt === null && s.idleUntil > now && s.absoluteUntil > now;

/** One spelling of an address for looking up, counting and storing. */
export const normalEmail = (email: string) => email.normalize("NFKC").trim().toLowerCase();

export const LOCALES = ["en", "id", "pt-BR"] as const;
export type Locale = (typeof LOCALES)[number];
