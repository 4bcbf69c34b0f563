// biome-ignore-all format: a yardstick, kept line by line as the floors were measured with it
// biome-ignore-all lint: see above
// biome-ignore-all assist: see above
// Reference for the processing stage: stored webhook rows -> contacts, conversations, messages, merged statuses.
//   node ref-process.mjs --mode naive|naive-1q|batch|batch-org --rows 20000 --conc 4 --batch 500 --pg URL [--cpu PID+]
// naive      one transaction per row, one statement per step (lookup, upserts, insert, counters, mark done) over --conc connections
// naive-1q   one row = one CTE statement with a named plan
// batch      rows taken --batch at a time, six set-based statements in one transaction
// batch-org  the same, but one transaction per organisation under row-level security (set_config of the org, non-owner role)
import crypto from 'node:crypto'; import fs from 'node:fs'; import { performance } from 'node:perf_hooks';
import pg from 'pg'; 

const A = {}; for (let i = 2; i < process.argv.length; i += 2) A[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
const MODE = A.mode ?? 'batch', ROWS = +(A.rows ?? 20000), CONC = +(A.conc ?? 4), BATCH = +(A.batch ?? 500), ORGS = +(A.orgs ?? 20), CONTACTS = +(A.contacts ?? 2000), DUP = +(A.dup ?? 0.02);
const PG = A.pg ?? 'postgres://postgres@127.0.0.1:55432/bench'; const sys = new pg.Pool({ connectionString: PG, max: CONC + 2 });
const SCHEMA = `drop schema if exists proc cascade; create schema proc; set search_path=proc;
create table channel(phone_number_id text primary key, org_id int not null);
create table hook(id bigint generated always as identity primary key, phone_number_id text not null, body text not null, received_at timestamptz not null default now(), done_at timestamptz);
create index hook_todo on hook(id) where done_at is null;
create table contact(id bigint generated always as identity primary key, org_id int not null, wa_id text not null, name text, unique(org_id,wa_id));
create table conversation(id bigint generated always as identity primary key, org_id int not null, phone_number_id text not null, contact_id bigint not null references contact, last_at timestamptz not null default 'epoch', last_inbound_at timestamptz, preview text, unread int not null default 0, unique(org_id,phone_number_id,contact_id));
create index conversation_inbox on conversation(org_id,last_at desc,id desc);
create table message(id bigint generated always as identity primary key, org_id int not null, conversation_id bigint references conversation, phone_number_id text not null, wamid text not null, inbound bool not null, kind text not null, body jsonb, at timestamptz not null, status smallint not null default 0, sent_at timestamptz, delivered_at timestamptz, read_at timestamptz, unique(org_id,wamid));
create index message_conv on message(conversation_id,at desc,id desc);
do $$ begin create role bench_app nologin; exception when duplicate_object then null; end $$;
grant usage on schema proc to bench_app; grant select,insert,update,delete on all tables in schema proc to bench_app;
alter table contact enable row level security; create policy p on contact using (org_id = current_setting('app.org')::int);
alter table conversation enable row level security; create policy p on conversation using (org_id = current_setting('app.org')::int);
alter table message enable row level security; create policy p on message using (org_id = current_setting('app.org')::int);`;
const RANK = { sent: 1, delivered: 2, read: 3, failed: 4 };
async function seed() {
  await sys.query(SCHEMA); await sys.query(`insert into proc.channel select 'ph'||g, g % ${ORGS} from generate_series(0,${ORGS - 1}) g`);
  const outs = Math.ceil(ROWS / 6); // outbound messages already sent, three statuses each
  await sys.query(`insert into proc.message(org_id,phone_number_id,wamid,inbound,kind,body,at) select g % ${ORGS}, 'ph'||(g % ${ORGS}), 'wamid.out'||g, false, 'template', '{}', now() from generate_series(0,${outs - 1}) g`);
  const T = Math.floor(Date.now() / 1000) - 5000, ph = [], bo = []; let nm = 0, no = 0, pend = [];
  for (let i = 0; i < ROWS; i++) {
    if (i > 100 && Math.random() < DUP) { const k = (Math.random() * i) | 0; ph.push(ph[k]); bo.push(bo[k]); continue; }
    if (i % 2 && (pend.length || no < outs)) { if (!pend.length) { const o = no++; pend = ['sent', 'delivered', 'read'].map((s, d) => [o, s, d]); if (Math.random() < 0.05) pend.reverse(); } const [o, s, d] = pend.shift(); const p = 'ph' + (o % ORGS);
      ph.push(p); bo.push(JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: 'w', changes: [{ field: 'messages', value: { messaging_product: 'whatsapp', metadata: { display_phone_number: '1555', phone_number_id: p }, statuses: [{ id: 'wamid.out' + o, status: s, timestamp: String(T + (o % 3000) + d), recipient_id: '5511', conversation: { id: crypto.randomUUID(), origin: { type: 'marketing' } }, pricing: { billable: true, pricing_model: 'PMP', category: 'marketing' } }] } }] }] })); continue; }
    const c = (Math.random() * CONTACTS) | 0, p = 'ph' + ((Math.random() * ORGS) | 0), wa = '55119' + (10000000 + c);
    ph.push(p); bo.push(JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: 'w', changes: [{ field: 'messages', value: { messaging_product: 'whatsapp', metadata: { display_phone_number: '1555', phone_number_id: p }, contacts: [{ profile: { name: 'Contact ' + c }, wa_id: wa }], messages: [{ from: wa, id: 'wamid.in' + nm++, timestamp: String(T + (i % 3000)), text: { body: 'hello '.repeat(80) }, type: 'text' }] } }] }] }));
  }
  for (let i = 0; i < ph.length; i += 2000) await sys.query('insert into proc.hook(phone_number_id,body) select * from unnest($1::text[],$2::text[])', [ph.slice(i, i + 2000), bo.slice(i, i + 2000)]);
  await sys.query('vacuum analyze proc.hook'); await sys.query('vacuum analyze proc.message'); await sys.query('checkpoint'); return nm;
}
const ts = (s) => new Date(s * 1000);
async function naive(c, row) {
  const v = JSON.parse(row.body).entry[0].changes[0].value; await c.query('begin');
  const org = (await c.query('select org_id from proc.channel where phone_number_id=$1', [v.metadata.phone_number_id])).rows[0].org_id;
  for (const m of v.messages ?? []) {
    const ct = (await c.query('insert into proc.contact(org_id,wa_id,name) values($1,$2,$3) on conflict(org_id,wa_id) do update set name=excluded.name returning id', [org, m.from, v.contacts[0].profile.name])).rows[0].id;
    const cv = (await c.query('insert into proc.conversation(org_id,phone_number_id,contact_id) values($1,$2,$3) on conflict(org_id,phone_number_id,contact_id) do update set org_id=excluded.org_id returning id', [org, v.metadata.phone_number_id, ct])).rows[0].id;
    const r = await c.query('insert into proc.message(org_id,conversation_id,phone_number_id,wamid,inbound,kind,body,at) values($1,$2,$3,$4,true,$5,$6,$7) on conflict(org_id,wamid) do nothing', [org, cv, v.metadata.phone_number_id, m.id, m.type, JSON.stringify(m), ts(m.timestamp)]);
    if (r.rowCount) await c.query('update proc.conversation set unread=unread+1, last_at=greatest(last_at,$2), last_inbound_at=greatest(last_inbound_at,$2), preview=$3 where id=$1', [cv, ts(m.timestamp), m.text.body.slice(0, 80)]);
  }
  for (const s of v.statuses ?? []) { const k = RANK[s.status], t = ts(s.timestamp);
    await c.query('update proc.message set status=greatest(status,$3::smallint), sent_at=case when $3=1 then coalesce(sent_at,$4) else sent_at end, delivered_at=case when $3=2 then coalesce(delivered_at,$4) else delivered_at end, read_at=case when $3=3 then coalesce(read_at,$4) else read_at end where org_id=$1 and wamid=$2', [org, s.id, k, t]); }
  await c.query('update proc.hook set done_at=now() where id=$1', [row.id]); await c.query('commit');
}
const ONE_M = { name: 'onem', text: `with org as (select org_id from proc.channel where phone_number_id=$2), ct as (insert into proc.contact(org_id,wa_id,name) select org_id,$3,$4 from org on conflict(org_id,wa_id) do update set name=excluded.name returning id,org_id),
 cv as (insert into proc.conversation(org_id,phone_number_id,contact_id,last_at,last_inbound_at,preview,unread) select org_id,$2,id,$7,$7,$8,1 from ct on conflict(org_id,phone_number_id,contact_id) do update set last_at=greatest(conversation.last_at,excluded.last_at), last_inbound_at=greatest(conversation.last_inbound_at,excluded.last_inbound_at), preview=excluded.preview, unread=conversation.unread+(case when exists(select 1 from proc.message m where m.org_id=conversation.org_id and m.wamid=$5) then 0 else 1 end) returning id,org_id),
 ms as (insert into proc.message(org_id,conversation_id,phone_number_id,wamid,inbound,kind,body,at) select org_id,id,$2,$5,true,'text',$6,$7 from cv on conflict(org_id,wamid) do nothing) update proc.hook set done_at=now() where id=$1` };
const ONE_S = { name: 'ones', text: `with org as (select org_id from proc.channel where phone_number_id=$2), u as (update proc.message m set status=greatest(m.status,$4::smallint), sent_at=case when $4=1 then coalesce(sent_at,$5) else sent_at end, delivered_at=case when $4=2 then coalesce(delivered_at,$5) else delivered_at end, read_at=case when $4=3 then coalesce(read_at,$5) else read_at end from org where m.org_id=org.org_id and m.wamid=$3) update proc.hook set done_at=now() where id=$1` };
async function naive1q(c, row) { const v = JSON.parse(row.body).entry[0].changes[0].value, p = v.metadata.phone_number_id;
  if (v.messages) { const m = v.messages[0]; await c.query({ ...ONE_M, values: [row.id, p, m.from, v.contacts[0].profile.name, m.id, JSON.stringify(m), ts(m.timestamp), m.text.body.slice(0, 80)] }); }
  else { const s = v.statuses[0]; await c.query({ ...ONE_S, values: [row.id, p, s.id, RANK[s.status], ts(s.timestamp)] }); } }
// one set-based pass over parsed items of any number of organisations
async function applySet(c, msgs, stats) {
  if (msgs.length) {
    const ct = new Map(); for (const m of msgs) ct.set(m.org + '|' + m.wa, m); const cs = [...ct.values()].sort((a, b) => a.org - b.org || (a.wa < b.wa ? -1 : 1));
    const r1 = await c.query({ name: 'ct', text: 'insert into proc.contact(org_id,wa_id,name) select * from unnest($1::int[],$2::text[],$3::text[]) on conflict(org_id,wa_id) do update set name=excluded.name where contact.name is distinct from excluded.name returning id,org_id,wa_id', values: [cs.map((m) => m.org), cs.map((m) => m.wa), cs.map((m) => m.name)] });
    const id = new Map(r1.rows.map((r) => [r.org_id + '|' + r.wa_id, r.id])); const miss = cs.filter((m) => !id.has(m.org + '|' + m.wa));
    if (miss.length) for (const r of (await c.query({ name: 'cs', text: 'select c.id,c.org_id,c.wa_id from unnest($1::int[],$2::text[]) u(o,w) join proc.contact c on c.org_id=u.o and c.wa_id=u.w', values: [miss.map((m) => m.org), miss.map((m) => m.wa)] })).rows) id.set(r.org_id + '|' + r.wa_id, r.id);
    const cv = new Map(); for (const m of msgs) { m.cid = id.get(m.org + '|' + m.wa); cv.set(m.org + '|' + m.ph + '|' + m.cid, m); } const vs = [...cv.values()].sort((a, b) => (a.cid < b.cid ? -1 : 1));
    const r2 = await c.query({ name: 'cv', text: `with i as (insert into proc.conversation(org_id,phone_number_id,contact_id) select * from unnest($1::int[],$2::text[],$3::bigint[]) on conflict do nothing returning id,org_id,phone_number_id,contact_id)
      select * from i union all select v.id,v.org_id,v.phone_number_id,v.contact_id from unnest($1::int[],$2::text[],$3::bigint[]) u(o,p,c) join proc.conversation v on v.org_id=u.o and v.phone_number_id=u.p and v.contact_id=u.c`, values: [vs.map((m) => m.org), vs.map((m) => m.ph), vs.map((m) => m.cid)] });
    const vid = new Map(r2.rows.map((r) => [r.org_id + '|' + r.phone_number_id + '|' + r.contact_id, r.id])); for (const m of msgs) m.vid = vid.get(m.org + '|' + m.ph + '|' + m.cid);
    await c.query({ name: 'ms', text: `with i as (insert into proc.message(org_id,conversation_id,phone_number_id,wamid,inbound,kind,body,at) select o,v,p,w,true,k,b::jsonb,t from unnest($1::int[],$2::bigint[],$3::text[],$4::text[],$5::text[],$6::text[],$7::timestamptz[]) u(o,v,p,w,k,b,t) on conflict(org_id,wamid) do nothing returning conversation_id,at,body),
      a as (select conversation_id, count(*) n, max(at) t, (array_agg(left(body->'text'->>'body',80) order by at desc))[1] pv from i group by 1)
      update proc.conversation c set unread=c.unread+a.n, last_at=greatest(c.last_at,a.t), last_inbound_at=greatest(c.last_inbound_at,a.t), preview=case when a.t>=c.last_at then a.pv else c.preview end from a where c.id=a.conversation_id`,
      values: [msgs.map((m) => m.org), msgs.map((m) => m.vid), msgs.map((m) => m.ph), msgs.map((m) => m.id), msgs.map((m) => m.kind), msgs.map((m) => m.raw), msgs.map((m) => m.at)] });
  }
  if (stats.length) await c.query({ name: 'st', text: `with s as (select o,w,max(k) k, min(t) filter (where k=1) t1, min(t) filter (where k=2) t2, min(t) filter (where k=3) t3 from unnest($1::int[],$2::text[],$3::smallint[],$4::timestamptz[]) u(o,w,k,t) group by 1,2)
    update proc.message m set status=greatest(m.status,s.k), sent_at=coalesce(m.sent_at,s.t1), delivered_at=coalesce(m.delivered_at,s.t2), read_at=coalesce(m.read_at,s.t3) from s where m.org_id=s.o and m.wamid=s.w and (m.status<s.k or s.t1 is not null or s.t2 is not null or s.t3 is not null)`,
    values: [stats.map((s) => s.org), stats.map((s) => s.id), stats.map((s) => s.k), stats.map((s) => s.at)] });
}
let chan = null;
function parse(rows) { const msgs = [], stats = []; for (const row of rows) { const v = JSON.parse(row.body).entry[0].changes[0].value, ph = v.metadata.phone_number_id, org = chan.get(ph);
  for (const m of v.messages ?? []) msgs.push({ org, ph, wa: m.from, name: v.contacts[0].profile.name, id: m.id, kind: m.type, raw: JSON.stringify(m), at: ts(m.timestamp) });
  for (const s of v.statuses ?? []) stats.push({ org, id: s.id, k: RANK[s.status], at: ts(s.timestamp) }); } return [msgs, stats]; }
const HZ = 100, st = (pid) => { try { const f = fs.readFileSync(`/proc/${pid}/stat`, 'utf8'); const a = f.slice(f.lastIndexOf(')') + 2).split(' '); return { ppid: +a[1], own: (+a[11] + +a[12]) / HZ, kids: (+a[13] + +a[14]) / HZ }; } catch { return null; } };
const pgCpu = () => { const m = /^(\d+)\+$/.exec(A.cpu ?? ''); if (!m) return NaN; const r = st(m[1]); let s = r.own + r.kids; for (const d of fs.readdirSync('/proc')) if (/^\d+$/.test(d)) { const x = st(d); if (x && x.ppid === +m[1]) s += x.own + x.kids; } return s; };
const busy = () => { const a = fs.readFileSync('/proc/stat', 'utf8').split('\n')[0].trim().split(/\s+/).slice(1).map(Number); return (a[0] + a[1] + a[2]) / HZ; };
const nm = await seed(); chan = new Map((await sys.query('select * from proc.channel')).rows.map((r) => [r.phone_number_id, r.org_id]));
const lat = []; const c0 = process.cpuUsage(), p0 = pgCpu(), b0 = busy(), t0 = performance.now();
if (MODE.startsWith('naive')) { let last = 0, buf = [], loading = null; const f = MODE === 'naive' ? naive : naive1q;
  const take = async () => { while (!buf.length) { if (loading) { await loading; if (!buf.length && !loading) return null; continue; } let n = 0; loading = sys.query('select id,body from proc.hook where done_at is null and id>$1 order by id limit 500', [last]).then((r) => { n = r.rows.length; buf.push(...r.rows); if (n) last = r.rows[n - 1].id; }); await loading; loading = null; if (!n) return null; } return buf.shift(); };
  await Promise.all(Array.from({ length: CONC }, async () => { const c = await sys.connect(); for (;;) { const r = await take(); if (!r) break; const t = performance.now(); for (let k = 0; ; k++) { try { await f(c, r); break; } catch (e) { await c.query('rollback').catch(() => {}); if (e.code !== '40P01' || k > 20) throw e; } } lat.push(performance.now() - t); } c.release(); }));
} else { await Promise.all(Array.from({ length: CONC }, async () => { const c = await sys.connect(); for (;;) { const t = performance.now(); await c.query('begin');
    const rows = (await c.query({ name: 'tk', text: 'select id,body from proc.hook where done_at is null order by id limit $1 for update skip locked', values: [BATCH] })).rows; if (!rows.length) { await c.query('commit'); break; }
    const [msgs, stats] = parse(rows);
    if (MODE === 'batch') await applySet(c, msgs, stats);
    else { const by = new Map(); for (const m of msgs) { if (!by.has(m.org)) by.set(m.org, [[], []]); by.get(m.org)[0].push(m); } for (const s of stats) { if (!by.has(s.org)) by.set(s.org, [[], []]); by.get(s.org)[1].push(s); }
      for (const [org, [m, s]] of [...by].sort((a, b) => a[0] - b[0])) { const d = await sys.connect(); await d.query('begin'); await d.query("select set_config('role','bench_app',true), set_config('app.org',$1,true)", [String(org)]); await applySet(d, m, s); await d.query('commit'); d.release(); } }
    await c.query({ name: 'dn', text: 'update proc.hook set done_at=now() where id=any($1::bigint[])', values: [rows.map((r) => r.id)] }); await c.query('commit'); lat.push(performance.now() - t); } c.release(); })); }
const wall = (performance.now() - t0) / 1000, cu = process.cpuUsage(c0), p1 = pgCpu(), b1 = busy(); const node = (cu.user + cu.system) / 1e6; lat.sort((a, b) => a - b);
const chk = (await sys.query(`select (select count(*) from proc.message where inbound) inb, (select coalesce(sum(unread),0) from proc.conversation) unread, (select count(*) from proc.message where not inbound and status=3) rd, (select count(*) from proc.hook where done_at is null) todo, (select count(*) from proc.conversation) conv`)).rows[0];
console.log(JSON.stringify({ mode: MODE, conc: CONC, batch: MODE.startsWith('batch') ? BATCH : 1, rows: ROWS, wall_s: +wall.toFixed(2), rows_s: Math.round(ROWS / wall), step_p50_ms: +lat[lat.length >> 1].toFixed(2), step_p99_ms: +lat[Math.floor(lat.length * 0.99)].toFixed(2), cpu_node_per_1000: +(node / ROWS * 1000).toFixed(3), cpu_pg_per_1000: +((p1 - p0) / ROWS * 1000).toFixed(3), foreign_cores: +Math.max(0, (b1 - b0 - node - (p1 - p0)) / wall).toFixed(2), inbound_expected: nm, ...chk }));
await sys.end();
