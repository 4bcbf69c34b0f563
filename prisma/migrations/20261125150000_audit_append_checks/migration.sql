-- Whatever the caller hands in, the chain goes on from its head without a gap, or nothing is written.
set role owner;
create or replace function audit_append(seqs bigint[], ats timestamptz[], actors text[], actor_ids uuid[], actions text[], subjects text[], subject_ids text[],
  details text[], prevs bytea[], hashes bytea[]) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  o uuid := nullif(current_setting('app.org_id', true), '')::uuid;
  head public.audit_heads;
  n int := cardinality(seqs);
begin
  select * into strict head from public.audit_heads where org_id = o for update;
  -- a null, a second dimension or a shifted bound must not pass a comparison by not being comparable
  if n is null or n = 0
    or exists (
      select from (values (array_ndims(seqs), array_lower(seqs, 1), cardinality(seqs)), (array_ndims(ats), array_lower(ats, 1), cardinality(ats)),
        (array_ndims(actors), array_lower(actors, 1), cardinality(actors)), (array_ndims(actor_ids), array_lower(actor_ids, 1), cardinality(actor_ids)),
        (array_ndims(actions), array_lower(actions, 1), cardinality(actions)), (array_ndims(subjects), array_lower(subjects, 1), cardinality(subjects)),
        (array_ndims(subject_ids), array_lower(subject_ids, 1), cardinality(subject_ids)), (array_ndims(details), array_lower(details, 1), cardinality(details)),
        (array_ndims(prevs), array_lower(prevs, 1), cardinality(prevs)), (array_ndims(hashes), array_lower(hashes, 1), cardinality(hashes))
      ) shape (dims, low, size)
      where (dims, low, size) is distinct from (1, 1, n)
    )
  then raise exception 'audit entries are misshapen' using errcode = '22023'; end if;
  if seqs[1] is distinct from head.seq + 1 or prevs[1] is distinct from head.hash
    or exists (
      select from generate_series(1, n) i
      where seqs[i] is distinct from head.seq + i or octet_length(hashes[i]) is distinct from 32
        or (i > 1 and prevs[i] is distinct from hashes[i - 1])
    )
  then raise exception 'audit chain moved' using errcode = '40001'; end if;
  insert into public.audit_entries (org_id, seq, at, actor, actor_id, action, subject, subject_id, detail, prev_hash, hash)
    select o, u.s, u.a, u.ac, u.ai, u.an, u.su, u.si, u.d::jsonb, u.p, u.h
    from unnest(seqs, ats, actors, actor_ids, actions, subjects, subject_ids, details, prevs, hashes) u (s, a, ac, ai, an, su, si, d, p, h);
  update public.audit_heads set seq = seqs[n], hash = hashes[n] where org_id = o;
end $$;
reset role;
