-- A resend names the first of its family, not the copy it was pressed on. Rows of every organisation: run as the migrator, who sees them.
with recursive families (org_id, id, root) as (
  select m.org_id, m.id, m.resend_of from messages m
    where m.resend_of is not null
      and exists (select from messages f where f.org_id = m.org_id and f.id = m.resend_of and f.resend_of is null)
  union all
  select c.org_id, c.id, f.root from families f join messages c on c.org_id = f.org_id and c.resend_of = f.id
)
update messages m set resend_of = f.root from families f where m.org_id = f.org_id and m.id = f.id and m.resend_of <> f.root;
