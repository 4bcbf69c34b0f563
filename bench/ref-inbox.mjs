// biome-ignore-all format: a yardstick, kept line by line as the floors were measured with it
// biome-ignore-all lint: see above
// biome-ignore-all assist: see above
// Reference for the inbox read path.  node ref-inbox.mjs setup|run [--messages 1000000 --conversations 50000 --orgs 100] [--iters 1000] [--pg URL]
import fs from 'node:fs'; import { performance } from 'node:perf_hooks';
import pg from 'pg'; 

const CMD = process.argv[2]; const A = {}; for (let i = 3; i < process.argv.length; i += 2) A[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
const M = +(A.messages ?? 1e6), V = +(A.conversations ?? 5e4), O = +(A.orgs ?? 100), IT = +(A.iters ?? 1000), PG = A.pg ?? 'postgres://postgres@127.0.0.1:55432/bench';
const db = new pg.Pool({ connectionString: PG, max: 20 });
if (CMD === 'setup') {
  // organisation sizes are skewed: conversation k belongs to org floor(O * u^2.5) -- the largest holds roughly a sixth of everything
  const q = async (t) => { const t0 = performance.now(); await db.query(t); console.log(((performance.now() - t0) / 1000).toFixed(1) + ' s', t.slice(0, 60).replace(/\s+/g, ' ')); };
  await q(`drop schema if exists inbox cascade; create schema inbox; create extension if not exists pg_trgm`);
  await q(`create table inbox.contact(id bigint primary key, org_id int not null, wa_id text not null, name text not null);
    create table inbox.conversation(id bigint primary key, org_id int not null, contact_id bigint not null, phone_number_id bigint not null, status smallint not null, assignee int, last_at timestamptz not null, last_read_at timestamptz not null, preview text, unread int not null default 0);
    create table inbox.message(id bigint primary key, org_id int not null, conversation_id bigint not null, wamid text not null, inbound bool not null, kind smallint not null, status smallint not null, text text, payload jsonb, at timestamptz not null)`);
  await q(`select setseed(0.42); insert into inbox.contact select g, floor(${O}*power(random(),2.5))::int, '55119'||(10000000+g), 'Contact '||md5(g::text) from generate_series(1,${V}) g`);
  await q(`insert into inbox.conversation select c.id, c.org_id, c.id, c.org_id*10+(c.id%3), (random()*2)::int, case when random()<0.5 then (random()*20)::int end, now(), now(), null, 0 from inbox.contact c`);
  await q(`select setseed(0.43); insert into inbox.message select g, 0, 1+floor(${V}*power(random(),1.6))::int, 'wamid.'||md5(g::text)||md5((g+1)::text), random()<0.55, 0, (random()*3)::int, 'order '||md5(g::text)||' '||md5((g*7)::text)||' delivery tomorrow please confirm', '{"type":"text","context":null}', now()-interval '180 days'*((${M}-g)::float8/${M}) from generate_series(1,${M}) g`);
  await q(`update inbox.message m set org_id=c.org_id from inbox.conversation c where c.id=m.conversation_id`);
  await q(`vacuum full inbox.message`);
  await q(`create unique index on inbox.message(org_id,wamid); create index message_conv on inbox.message(conversation_id,at desc,id desc); create index message_fts on inbox.message using gin(to_tsvector('simple',text))`);
  await q(`update inbox.conversation c set last_at=a.t, last_read_at=a.t-interval '2 days'*random(), preview=left(a.tx,80) from (select distinct on (conversation_id) conversation_id, at t, text tx from inbox.message order by conversation_id, at desc) a where a.conversation_id=c.id`);
  await q(`update inbox.conversation c set unread=n from (select c.id, count(*) n from inbox.conversation c join inbox.message m on m.conversation_id=c.id and m.inbound and m.at>c.last_read_at group by 1) x where x.id=c.id`);
  await q(`vacuum full inbox.conversation`);
  await q(`create index conversation_inbox on inbox.conversation(org_id,last_at desc,id desc); create index conversation_mine on inbox.conversation(org_id,assignee,last_at desc) where assignee is not null`);
  await q(`do $$ begin create role bench_app login; exception when duplicate_object then null; end $$; alter role bench_app login${A['app-password'] ? ` password '${A['app-password']}'` : ''}; grant usage on schema inbox to bench_app; grant select on all tables in schema inbox to bench_app`);
  await q(`create unique index on inbox.contact(org_id,id); alter table inbox.conversation add foreign key (org_id,contact_id) references inbox.contact(org_id,id); alter table inbox.conversation add column contact_name text; update inbox.conversation v set contact_name=c.name from inbox.contact c where c.id=v.contact_id`);
  await q(`create extension if not exists btree_gin; create index message_fts_org on inbox.message using gin(org_id,to_tsvector('simple',text))`);
  // search that keeps the index under RLS: the function runs as the owner and applies the organisation itself
  await q(`create or replace function inbox.search(q text) returns table(id bigint,conversation_id bigint,text text,at timestamptz) language sql stable security definer set search_path=inbox as $f$ select m.id,m.conversation_id,m.text,m.at from inbox.message m where m.org_id=current_setting('app.org')::int and to_tsvector('simple',m.text) @@ plainto_tsquery('simple',q) order by m.at desc limit 20 $f$`);
  for (const t of ['contact', 'conversation', 'message']) await q(`alter table inbox.${t} enable row level security; create policy p on inbox.${t} using (org_id = (select current_setting('app.org')::int))`);
  await q('vacuum analyze inbox.contact'); await q('vacuum analyze inbox.conversation'); await q('vacuum analyze inbox.message');
  console.log((await db.query(`select count(*) orgs, max(n) biggest, percentile_disc(0.5) within group (order by n) median from (select org_id, count(*) n from inbox.conversation group by 1) x`)).rows, (await db.query(`select max(n) biggest_org_messages from (select org_id, count(*) n from inbox.message group by 1) x`)).rows, (await db.query(`select max(n), percentile_disc(0.5) within group (order by n) median from (select count(*) n from inbox.message group by conversation_id) x`)).rows, (await db.query(`select pg_size_pretty(pg_total_relation_size('inbox.message')) s`)).rows);
  await db.end(); process.exit(0);
}
const app = new pg.Pool({ connectionString: A.app ?? PG.replace('postgres@', 'bench_app@'), max: 20 });
const convs = (await db.query('select id,org_id,last_at from inbox.conversation order by random() limit 5000')).rows; const orgs = (await db.query('select org_id, count(*) n from inbox.conversation group by 1 order by 2 desc')).rows; const big = orgs[0].org_id;
const pick = () => convs[(Math.random() * convs.length) | 0];
const LIST = `select v.id,v.status,v.assignee,v.last_at,v.preview,v.unread,c.name,c.wa_id from inbox.conversation v join inbox.contact c on c.id=v.contact_id where v.org_id=$1 and (v.last_at,v.id) < ($2,$3) order by v.last_at desc, v.id desc limit 50`;
const L_CTE = `with v as materialized (select * from inbox.conversation where org_id=$1 and (last_at,id) < ($2,$3) order by last_at desc, id desc limit 50) select v.id,v.status,v.assignee,v.last_at,v.preview,v.unread,c.name,c.wa_id from v join inbox.contact c on c.id=v.contact_id order by v.last_at desc,v.id desc`;
const L_COMP = LIST.replace('c.id=v.contact_id', 'c.org_id=v.org_id and c.id=v.contact_id');
const L_DENORM = `select id,status,assignee,last_at,preview,unread,contact_name from inbox.conversation where org_id=$1 and (last_at,id) < ($2,$3) order by last_at desc, id desc limit 50`;
const LISTCOUNT = `select v.id,v.status,v.last_at,(select count(*) from inbox.message m where m.conversation_id=v.id and m.inbound and m.at>v.last_read_at) unread,(select text from inbox.message m where m.conversation_id=v.id order by at desc limit 1) preview,c.name from inbox.conversation v join inbox.contact c on c.id=v.contact_id where v.org_id=$1 and (v.last_at,v.id) < ($2,$3) order by v.last_at desc, v.id desc limit 50`;
const LISTAGG = `select v.id,max(m.at) last_at,count(*) filter (where m.inbound and m.at>v.last_read_at) unread from inbox.conversation v join inbox.message m on m.conversation_id=v.id where v.org_id=$1 group by v.id order by 2 desc limit 50`;
const MSGS = `select id,inbound,kind,status,text,payload,at from inbox.message where conversation_id=$1 and (at,id) < ($2,$3) order by at desc,id desc limit 50`;
const OFFS = `select v.id,v.last_at,v.preview,v.unread from inbox.conversation v where v.org_id=$1 order by v.last_at desc limit 50 offset 5000`;
const FTS = `select id,conversation_id,text,at from inbox.message where org_id=$1 and to_tsvector('simple',text) @@ plainto_tsquery('simple',$2) order by at desc limit 20`;
const UNREAD = `select count(*) filter (where unread>0) c, sum(unread) s from inbox.conversation where org_id=$1`;
const far = new Date(Date.now() + 864e5), mx = '9223372036854775807';
const tx = async (org, name, text, values) => { const c = await app.connect(); try { await c.query('begin'); await c.query({ name: 'sc', text: "select set_config('app.org',$1,true)", values: [String(org)] }); const r = await c.query({ name, text, values }); await c.query('commit'); return r.rows; } finally { c.release(); } };
const tx1 = async (org, name, text, values) => { const c = await app.connect(); try { await c.query(`select set_config('app.org','${+org}',false)`); return (await c.query({ name, text, values })).rows; } finally { c.release(); } };
const plain = async (org, name, text, values) => (await db.query({ name, text, values })).rows;
const words = (await db.query(`select split_part(text,' ',2) w from inbox.message where org_id=$1 limit 500`, [big])).rows.map((r) => r.w); const word = () => words[(Math.random() * words.length) | 0];
const cases = {
  'list 50, any org, no RLS': () => { const v = pick(); return plain(v.org_id, 'l', LIST, [v.org_id, far, mx]); },
  'list 50, any org, RLS, transaction': () => { const v = pick(); return tx(v.org_id, 'l', LIST, [v.org_id, far, mx]); },
  'list 50, any org, RLS, session setting': () => { const v = pick(); return tx1(v.org_id, 'l', LIST, [v.org_id, far, mx]); },
  'list 50, biggest org, RLS, transaction': () => tx(big, 'l', LIST, [big, far, mx]),
  'list 50, biggest org, no RLS': () => plain(big, 'l', LIST, [big, far, mx]),
  'list, ids first then join, biggest org, RLS': () => tx(big, 'lc1', L_CTE, [big, far, mx]),
  'list, composite key join, biggest org, RLS': () => tx(big, 'lc2', L_COMP, [big, far, mx]),
  'list, name on conversation, biggest org, RLS': () => tx(big, 'lc3', L_DENORM, [big, far, mx]),
  'list, name on conversation, any org, RLS': () => { const v = pick(); return tx(v.org_id, 'lc3', L_DENORM, [v.org_id, far, mx]); },
  'next page (keyset), ids first, RLS': () => { const v = pick(); return tx(v.org_id, 'lc1', L_CTE, [v.org_id, v.last_at, v.id]); },
  'list page 100 by OFFSET 5000, biggest org, RLS': () => tx(big, 'o', OFFS, [big]),
  'list with per-row unread subqueries, any org, RLS': () => { const v = pick(); return tx(v.org_id, 'lc', LISTCOUNT, [v.org_id, far, mx]); },
  'list by aggregating messages, biggest org, RLS': () => tx(big, 'la', LISTAGG, [big]),
  'last 50 messages, no RLS': () => { const v = pick(); return plain(v.org_id, 'm', MSGS, [v.id, far, mx]); },
  'last 50 messages, RLS, transaction': () => { const v = pick(); return tx(v.org_id, 'm', MSGS, [v.id, far, mx]); },
  'org unread badge, biggest org, RLS': () => tx(big, 'u', UNREAD, [big]),
  'text search, biggest org, no RLS (GIN)': () => plain(big, 'f', FTS, [big, word()]),
  'text search, biggest org, RLS, owner function': () => tx(big, 'ff', 'select * from inbox.search($1)', [word()]),
  'text search, biggest org, RLS': () => tx(big, 'f', FTS, [big, word()]) };
const stt = (d) => { try { const g = fs.readFileSync(`/proc/${d}/stat`, 'utf8'); const b = g.slice(g.lastIndexOf(')') + 2).split(' '); return { pp: b[1], own: (+b[11] + +b[12]) / 100, kids: (+b[13] + +b[14]) / 100 }; } catch { return null; } };
const tree = () => { const r = stt(A.cpu); let s = r.own + r.kids; for (const d of fs.readdirSync('/proc')) if (/^\d+$/.test(d)) { const x = stt(d); if (x && x.pp === A.cpu) s += x.own + x.kids; } return s; };
const busy = () => { const a = fs.readFileSync('/proc/stat', 'utf8').split('\n')[0].trim().split(/\s+/).slice(1).map(Number); return (a[0] + a[1] + a[2]) / 100; };
const slow = new Set(['list by aggregating messages, biggest org, RLS', 'text search, biggest org, RLS']);
for (const conc of [1, 8]) for (const [n, f] of Object.entries(cases)) { if (A.only && !n.includes(A.only)) continue; const it = slow.has(n) ? Math.min(IT, 20) : IT; for (let i = 0; i < Math.min(50, it); i++) await f(); const cp = A.cpu ? tree() : 0, bz = busy(), cz = process.cpuUsage(); const l = []; const t0 = performance.now(); let left = it, rows = 0;
  await Promise.all(Array.from({ length: conc }, async () => { while (left-- > 0) { const t = performance.now(); rows = (await f()).length; l.push(performance.now() - t); } })); l.sort((a, b) => a - b); const w = (performance.now() - t0) / 1000;
  const cpu = A.cpu ? +((tree() - cp) / it * 1000).toFixed(2) : undefined; console.log(JSON.stringify({ case: n, conc, n: it, p50: +l[l.length >> 1].toFixed(2), p99: +l[Math.floor(l.length * 0.99)].toFixed(2), max: +l[l.length - 1].toFixed(1), per_s: Math.round(it / w), rows, pg_cpu_ms: cpu, foreign_cores: A.cpu ? +Math.max(0, (busy() - bz - (tree() - cp) - (process.cpuUsage(cz).user + process.cpuUsage(cz).system) / 1e6) / w).toFixed(2) : undefined })); }
await db.end(); await app.end();
