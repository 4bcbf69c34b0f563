// biome-ignore-all format: a yardstick, kept line by line as the floors were measured with it
// biome-ignore-all lint: see above
// biome-ignore-all assist: see above
// Reference ingest servers: the floor each stage of a webhook endpoint costs. Not a product; a yardstick for ratios.
//   node ref-ingest.mjs --mode bare|hmac|insert|insert-prep|batch|unnest|group|xadd|bullmq|bullmq-pg --port 4000
//     --pg postgres://postgres@127.0.0.1:55432/bench --redis redis://127.0.0.1:56379 --secret test-secret
//     --pool 10 --flush-ms 3 --flush-max 200 --writers 2
// bare       read the body, 200
// hmac       + verify X-Hub-Signature-256 over the raw bytes (constant time)
// insert     + JSON.parse and one INSERT ... ON CONFLICT DO NOTHING per request, 200 after commit
// insert-prep  the same with a named (prepared) statement
// batch      + group commit: requests of up to --flush-ms collected, one multi-row INSERT, 200 after commit
// unnest     the same with unnest arrays and a named statement (one plan for every batch size)
// group      as unnest but without a timer: write at once when a writer is free, collect while all --writers are busy
// xadd       + XADD to a Redis stream (durability is what --redis's appendfsync says)
// bullmq     + Queue.add of the whole body
// bullmq-pg  insert first, then Queue.add of the row id, then 200 (the usual persist-first pattern)

import crypto from 'node:crypto';
import http from 'node:http';

const A = {}; for (let i = 2; i < process.argv.length; i += 2) A[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
const MODE = A.mode ?? 'bare', PORT = +(A.port ?? 4000), SECRET = A.secret ?? 'test-secret';
const POOL = +(A.pool ?? 10), FLUSH = +(A['flush-ms'] ?? 3), MAXB = +(A['flush-max'] ?? 200), WRITERS = +(A.writers ?? 2);
const PG = A.pg ?? 'postgres://postgres@127.0.0.1:55432/bench', REDIS = A.redis ?? 'redis://127.0.0.1:56379';
const verify = (sig, raw) => { if (typeof sig !== 'string' || sig.length !== 71) return false;
  const want = crypto.createHmac('sha256', SECRET).update(raw).digest(); const got = Buffer.from(sig.slice(7), 'hex'); return got.length === 32 && crypto.timingSafeEqual(want, got); };
// the key that makes a redelivery a no-op: message wamid, or wamid + status
const keyOf = (b) => { const v = b.entry?.[0]?.changes?.[0]?.value ?? {}; const m = v.messages?.[0]; if (m) return m.id; const s = v.statuses?.[0]; return s ? `${s.id}|${s.status}` : crypto.randomUUID(); };
const phoneOf = (b) => b.entry?.[0]?.changes?.[0]?.value?.metadata?.phone_number_id ?? '';
let persist = null;
if (/insert|batch|unnest|group|bullmq-pg/.test(MODE)) {
  const { default: pg } = await import('pg'); const pool = new pg.Pool({ connectionString: PG, max: /batch|unnest|group/.test(MODE) ? WRITERS : POOL }); pool.on('error', () => {});
  await pool.query(`create table if not exists webhook_event(id bigint generated always as identity primary key, dedupe_key text not null unique,
    phone_number_id text not null, body text not null, received_at timestamptz not null default now(), processed_at timestamptz)`);
  const SQL1 = 'insert into webhook_event(dedupe_key,phone_number_id,body) values($1,$2,$3) on conflict (dedupe_key) do nothing returning id';
  const one = (raw) => { const b = JSON.parse(raw); return pool.query({ name: MODE === 'insert' ? undefined : 'i1', text: SQL1, values: [keyOf(b), phoneOf(b), raw.toString()] }); };
  if (/^insert/.test(MODE)) persist = one;
  if (MODE === 'bullmq-pg') { const { Queue } = await import('bullmq'); const { Redis } = await import('ioredis'); const q = new Queue('hooks', { connection: new Redis(REDIS, { maxRetriesPerRequest: null }) });
    persist = async (raw) => { const r = await one(raw); if (r.rows.length) await q.add('w', { id: r.rows[0].id }, { removeOnComplete: true, removeOnFail: 1000, attempts: 5 }); }; }
  if (MODE === 'batch' || MODE === 'unnest' || MODE === 'group') {
    let buf = [], timer = null, busy = 0;
    const flush = () => { timer = null; if (!buf.length || busy >= WRITERS) return; const part = buf.splice(0, MAXB); busy++;
      const uniq = new Map(); for (const x of part) if (!uniq.has(x.k)) uniq.set(x.k, x);   // a duplicate inside one statement is settled here
      const rows = [...uniq.values()]; let q;
      if (MODE !== 'batch') q = { name: 'u', text: 'insert into webhook_event(dedupe_key,phone_number_id,body) select * from unnest($1::text[],$2::text[],$3::text[]) on conflict (dedupe_key) do nothing', values: [rows.map((r) => r.k), rows.map((r) => r.p), rows.map((r) => r.b)] };
      else { const v = [], ph = []; rows.forEach((r, i) => { ph.push(`($${i * 3 + 1},$${i * 3 + 2},$${i * 3 + 3})`); v.push(r.k, r.p, r.b); }); q = { text: `insert into webhook_event(dedupe_key,phone_number_id,body) values ${ph.join(',')} on conflict (dedupe_key) do nothing`, values: v }; }
      pool.query(q).then(() => { for (const x of part) x.ok(); }, (e) => { for (const x of part) x.no(e); }).finally(() => { busy--; if (buf.length) flush(); });
      if (buf.length >= MAXB) flush(); };
    persist = (raw) => new Promise((ok, no) => { const b = JSON.parse(raw); buf.push({ k: keyOf(b), p: phoneOf(b), b: raw.toString(), ok, no });
      if (MODE === 'group') { if (!timer && busy < WRITERS) timer = setImmediate(flush); return; }
      if (buf.length >= MAXB) { if (timer) { clearTimeout(timer); timer = null; } flush(); } else if (!timer) timer = setTimeout(flush, FLUSH); });
  }
}
if (MODE === 'xadd') { const { Redis } = await import('ioredis'); const r = new Redis(REDIS, { enableAutoPipelining: A.autopipe === '1' }); persist = (raw) => { JSON.parse(raw); return r.xadd('hooks', '*', 'b', raw); }; }
if (MODE === 'bullmq') { const { Queue } = await import('bullmq'); const { Redis } = await import('ioredis'); const q = new Queue('hooks', { connection: new Redis(REDIS, { maxRetriesPerRequest: null }) });
  persist = (raw) => q.add('w', JSON.parse(raw), { removeOnComplete: true, removeOnFail: 1000, attempts: 5 }); }
const srv = http.createServer((req, res) => {
  const parts = []; req.on('data', (d) => parts.push(d)); req.on('end', () => {
    const raw = parts.length === 1 ? parts[0] : Buffer.concat(parts);
    const reply = (c) => { res.writeHead(c, { 'content-length': 0 }); res.end(); };
    if (MODE !== 'bare' && !verify(req.headers['x-hub-signature-256'], raw)) return reply(401);
    if (!persist) return reply(200);
    persist(raw).then(() => reply(200), (e) => { if (!srv.told) { srv.told = 1; console.error(e); } reply(503); });
  });
});
srv.keepAliveTimeout = 60000; srv.listen(PORT, '127.0.0.1', () => console.log('listening', PORT, MODE, process.pid));
process.on('SIGTERM', () => process.exit(0));
