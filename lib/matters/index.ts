/**
 * A firm's matters, an agency's bookings: what they are called, who may read them. Does not live here: conversations bound to
 * them, and what was said (inbox). Invariants: allow and deny lists beat roles; the database holds the wall (`my_matters()`), so that
 * what belongs to a matter does not exist for whoever may not read it; inside a wall somebody remains who may change it.
 */
export { changeMatter, setMatterWord, setPerson, setWall } from "@/lib/matters/change-matter";
export { createMatter } from "@/lib/matters/create-matter";
export { getMatter } from "@/lib/matters/get-matter";
export { listMatters } from "@/lib/matters/list-matters";
export { canRead, lockMatter, readMatterTags, tagOf } from "@/lib/matters/store";
