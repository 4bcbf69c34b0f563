/**
 * Tenants, people, roles, sessions. Lives here: who is signed in, where, and what each role may do.
 * Does not live here: HTTP cookies (lib/web). Invariant: a session is checked by its row on every request.
 */
export { confirmIdentity } from "@/lib/identity/confirm-identity";
export {
  allow,
  can,
  FRESH_AUTHENTICATION,
  isFresh,
  isRole,
  LOCALES,
  type Locale,
  normalEmail,
  PERMISSIONS,
  type Permission,
  permissionsOf,
  RIGHTS,
  ROLES,
  type Role,
  requireFresh,
} from "@/lib/identity/model";
export { noteDenial } from "@/lib/identity/note-denial";
export { hashPassword } from "@/lib/identity/passwords";
export { getMe, listMembers, setPreferences } from "@/lib/identity/people";
export {
  fatesOfSessions,
  findSession,
  hashSession,
  openSession,
  revokeSession,
  type SessionSecret,
  type StreamFate,
  switchOrganisation,
} from "@/lib/identity/sessions";
export { signIn } from "@/lib/identity/sign-in";
