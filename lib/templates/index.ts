/**
 * Approved wording. Lives here: what the provider has approved, and how it is filled. Does not live here: sending it.
 * Invariant: only what the provider last called APPROVED is offered; the send checks again.
 */
export { getTemplate, listApproved, type TemplateRow } from "@/lib/templates/list-approved";
export { faultsOf, fill, shapeOf, type TemplateShape } from "@/lib/templates/model";
export { sweepTemplates } from "@/lib/templates/sweep-templates";
export { syncTemplates } from "@/lib/templates/sync-templates";
