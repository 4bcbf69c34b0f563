-- Where a reply goes: the identity the client was last heard from in this conversation, and when that was, by the provider's clock.
set role owner;
alter table conversations
  add column reply_identity_id uuid,
  add column reply_identity_at timestamptz(3),
  add foreign key (org_id, reply_identity_id) references contact_identities (org_id, id);
reset role;
