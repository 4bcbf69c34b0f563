// biome-ignore-all format: a yardstick, kept line by line as the floors were measured with it
// biome-ignore-all lint: see above
// biome-ignore-all assist: see above
// Signed WhatsApp-Cloud-API-style webhook load generator. Plain Node >= 20, no dependencies.
// Loopback targets only; bounded by --count and --timeout. Every request is built and signed before the clock starts.
//   node webhook-load.mjs --url http://127.0.0.1:3000/api/webhooks/whatsapp --secret S [options]
//   --mode max|rate      max: closed loop over --connections; rate: open loop at --rate req/s,
//                        latency counted from the scheduled instant (no coordinated omission)
//   --rate 500  --connections 64  --count 20000  --warmup 2000  --timeout 120 (s, whole run)
//   --status-share 0.5   share of status webhooks (rest: inbound text messages)
//   --body-bytes 480     text length of a message in characters (480 -> about 1 KB body)
//   --per-post 1         messages (or statuses) inside one POST
//   --phones 10 --contacts 2000   spread over phone_number_ids and senders
//   --skew 0             share of all traffic sent to phone 0 (noisy tenant)
//   --seed N             id namespace (default: time) -- same seed gives the same ids and bodies
//   --dup 0.02           share of requests that repeat an earlier body byte for byte
//   --ooo 0.05           share of status triples (sent, delivered, read) sent in reversed order, and of messages sent late
//   --bad-sig 0          share with a wrong signature (expected: non-2xx; counted apart)
//   --poison 0           share of messages whose text holds U+0000 and a lone surrogate (jsonb refuses both)
//   --retries 0 --retry-delay 200   re-send non-2xx / broken connections, as the platform does
//   --status-ids FILE    take status wamids from FILE (one a line) instead of made-up outbound ids
//   --ids-out FILE       write each unique id acknowledged with 2xx (for a durability check against the database)
//   --watch a:PID,b:PID+ CPU seconds of processes during the measured part ("+": with all descendants)
//   --json               print one JSON line only

import crypto from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import { performance } from 'node:perf_hooks';

const A = {};
for (let i = 2; i < process.argv.length; i++) {
  const k = process.argv[i].replace(/^--/, '');
  A[k] = process.argv[i + 1] === undefined || process.argv[i + 1].startsWith('--') ? true : process.argv[++i];
}
const num = (k, d) => (A[k] === undefined ? d : Number(A[k]));
const url = new URL(A.url ?? 'http://127.0.0.1:3000/');
const HOST = url.hostname.replace(/^\[|\]$/g, '');
if (!/^(127(\.\d+){3}|localhost|::1)$/.test(HOST) || url.protocol !== 'http:') { console.error('loopback http only'); process.exit(2); }
const PORT = Number(url.port || 80), SECRET = String(A.secret ?? 'test-secret');
const MODE = A.mode ?? 'max', RATE = num('rate', 500), CONNS = num('connections', 64);
const COUNT = num('count', 20000), WARM = num('warmup', 2000), LIMIT = num('timeout', 120) * 1000;
const STATUS = num('status-share', 0.5), BODY = num('body-bytes', 480), PER = num('per-post', 1);
const PHONES = num('phones', 10), CONTACTS = num('contacts', 2000), SKEW = num('skew', 0);
const DUP = num('dup', 0), OOO = num('ooo', 0), BAD = num('bad-sig', 0);
const RETRIES = num('retries', 0), RDELAY = num('retry-delay', 200);
const POISON = num('poison', 0);
const SEED = String(A.seed ?? Date.now().toString(36));

// ---- small deterministic random source
let s0 = crypto.createHash('sha256').update(SEED).digest().readUInt32LE(0) | 1;
const rnd = () => { s0 ^= s0 << 13; s0 ^= s0 >>> 17; s0 ^= s0 << 5; return (s0 >>> 0) / 4294967296; };
const wamid = (p, i) => 'wamid.' + Buffer.from(`${p}${SEED}:${String(i).padStart(10, '0')}:0123456789`).toString('base64').replace(/=+$/, '');
const WORDS = 'hello order delivery please confirm address street number tomorrow payment invoice thanks coupon size colour green store ção não \u{1F44D} thanks/you'.split(' ');
const text = (n) => { let t = ''; while (t.length < n) t += WORDS[(rnd() * WORDS.length) | 0] + ' '; t = t.slice(0, n).replace(/[\ud800-\udbff]$/, ''); return POISON && rnd() < POISON ? t + '\u0000\ud83d' : t; };
const T0 = Math.floor(Date.now() / 1000) - 3600;
const phoneId = (p) => `1${String(100000000000000 + p)}`;
// the platform sends ASCII: non-ASCII as lower-case \uXXXX, slashes as \/ -- so a server that re-serialises before verifying fails
const wire = (o) => JSON.stringify(o).replace(/[\u0080-\uffff]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0')).replace(/\//g, '\\/');
const wrap = (p, value) => wire({ object: 'whatsapp_business_account', entry: [{ id: `2${String(200000000000000 + p)}`,
  changes: [{ value: { messaging_product: 'whatsapp', metadata: { display_phone_number: `15550${String(100000 + p)}`, phone_number_id: phoneId(p) }, ...value }, field: 'messages' }] }] });
const statusIds = A['status-ids'] ? fs.readFileSync(A['status-ids'], 'utf8').split('\n').filter(Boolean) : null;
let mi = 0, si = 0; const triple = []; const late = [];
function make() {
  const p = SKEW && rnd() < SKEW ? 0 : (rnd() * PHONES) | 0;
  if (rnd() < STATUS) {
    const st = [], ids = [];
    for (let k = 0; k < PER; k++) {
      if (!triple.length) {
        const n = si++; const id = statusIds ? statusIds[n % statusIds.length] : wamid('out', n);
        const order = ['sent', 'delivered', 'read']; if (rnd() < OOO) order.reverse();
        const ph = p, c = (rnd() * CONTACTS) | 0;
        for (const s of order) triple.push({ id, s, ph, c, n });
      }
      const t = triple.shift();
      const off = { sent: 0, delivered: 2, read: 9 }[t.s];
      st.push({ id: t.id, status: t.s, timestamp: String(T0 + (t.n % 3000) + off), recipient_id: `55119${String(10000000 + t.c)}`,
        conversation: { id: crypto.createHash('md5').update(t.id).digest('hex'), expiration_timestamp: String(T0 + 86400), origin: { type: 'marketing' } },
        pricing: { billable: true, pricing_model: 'PMP', category: 'marketing', type: 'regular' } });
      ids.push(`${t.id}|${t.s}`);
    }
    return [wrap(p, { statuses: st }), ids];
  }
  const contacts = [], messages = [], ids = [];
  for (let k = 0; k < PER; k++) {
    const c = (rnd() * CONTACTS) | 0, n = mi++, id = wamid('in', n), wa = `55119${String(10000000 + c)}`;
    contacts.push({ profile: { name: `Contact ${c} ${WORDS[c % WORDS.length]}` }, wa_id: wa });
    messages.push({ from: wa, id, timestamp: String(T0 + (n % 3000)), text: { body: text(BODY) }, type: 'text' });
    ids.push(id);
  }
  return [wrap(p, { contacts, messages }), ids];
}
const head = `POST ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nUser-Agent: facebookexternalua\r\nAccept: */*\r\nContent-Type: application/json\r\n`;
const total = COUNT + WARM; const reqs = new Array(total); let bytes = 0, nDup = 0, nBad = 0;
for (let i = 0; i < total; i++) {
  if (i > 10 && rnd() < DUP) { const o = reqs[(rnd() * i) | 0]; if (o && !o.bad) { reqs[i] = { b: o.b, ids: o.ids, dup: true, tries: 0 }; nDup++; bytes += o.b.length; continue; } }
  const [body, ids] = make(); const bad = rnd() < BAD; if (bad) nBad++;
  const sig = crypto.createHmac('sha256', bad ? SECRET + 'x' : SECRET).update(body).digest('hex');
  const b = Buffer.from(`${head}Content-Length: ${Buffer.byteLength(body)}\r\nX-Hub-Signature-256: sha256=${sig}\r\n\r\n${body}`);
  bytes += b.length; const r = { b, ids, bad, tries: 0 };
  if (rnd() < OOO && i + 200 < total) late.push({ at: i + 50 + ((rnd() * 150) | 0), r }), reqs[i] = null; else reqs[i] = r;
}
{ const out = []; let li = 0; late.sort((a, b) => a.at - b.at); // delayed requests re-enter later in the sequence
  for (let i = 0; i < total; i++) { while (li < late.length && late[li].at <= i) out.push(late[li++].r); if (reqs[i]) out.push(reqs[i]); }
  while (li < late.length) out.push(late[li++].r); for (let i = 0; i < out.length; i++) reqs[i] = out[i]; reqs.length = out.length; }

// ---- CPU of watched processes
const HZ = 100;
const stat = (pid) => { try { const f = fs.readFileSync(`/proc/${pid}/stat`, 'utf8'); const a = f.slice(f.lastIndexOf(')') + 2).split(' '); return { ppid: +a[1], own: (+a[11] + +a[12]) / HZ, kids: (+a[13] + +a[14]) / HZ }; } catch { return null; } };
function cpu(spec) {
  const [, pid, plus] = /^(\d+)(\+?)$/.exec(spec) ?? []; const root = stat(pid); if (!root) return NaN; if (!plus) return root.own;
  const all = fs.readdirSync('/proc').filter((d) => /^\d+$/.test(d)).map((d) => [d, stat(d)]).filter((x) => x[1]);
  let sum = root.own + root.kids; const add = (id) => { for (const [d, x] of all) if (x.ppid === +id) { sum += x.own + x.kids; add(d); } }; add(pid); return sum;
}
const watch = A.watch ? String(A.watch).split(',').map((w) => w.split(':')) : [];
// user+nice+system jiffies of the whole machine: what is left after the watched processes and this one is foreign load
const machine = () => { const a = fs.readFileSync('/proc/stat', 'utf8').split('\n')[0].trim().split(/\s+/).slice(1).map(Number); return { busy: (a[0] + a[1] + a[2]) / HZ, steal: a[7] / HZ }; };
const cpuNow = () => Object.fromEntries(watch.map(([n, p]) => [n, cpu(p)]));

// ---- sending
const lat = new Float64Array(total + 16); let nLat = 0, sent = 0, done = 0, non2xx = 0, connErr = 0, badOk = 0, retried = 0, gaveUp = 0, maxBacklog = 0;
let connFails = 0; const codes = {}; const acked = A['ids-out'] ? new Set() : null;
let m0 = null, tStart = 0, c0 = null, selfCpu0 = null, measuring = WARM === 0; const queue = []; const idle = []; let finished = false;
class Conn {
  constructor() { this.open(); }
  open() {
    this.buf = null; this.cur = null; this.sock = net.connect({ host: HOST, port: PORT, noDelay: true });
    this.sock.on('data', (d) => this.data(d)); this.sock.on('error', () => {}); this.sock.on('close', () => this.closed());
    this.sock.on('connect', () => free(this));
  }
  send(r) { this.cur = r; this.sock.write(r.b); }
  closed() { if (!done && ++connFails > 3 * CONNS) { console.error('cannot connect'); process.exit(3); } const r = this.cur; this.cur = null; const k = idle.indexOf(this); if (k >= 0) idle.splice(k, 1); if (finished) return; if (r) { connErr++; fail(r); } setTimeout(() => this.open(), 50); }
  data(d) {
    if (this.buf) d = Buffer.concat([this.buf, d]);
    const e = d.indexOf('\r\n\r\n'); if (e < 0) { this.buf = d; return; }
    const h = d.latin1Slice(0, e); const code = +h.slice(9, 12); const low = h.toLowerCase(); let k = low.indexOf('content-length:'); let whole;
    if (k >= 0) whole = d.length >= e + 4 + parseInt(low.slice(k + 15), 10);
    else if (low.includes('transfer-encoding: chunked')) whole = d.indexOf('0\r\n\r\n', e + 2) >= 0; else whole = true;
    if (!whole) { this.buf = d; return; }
    this.buf = null; const r = this.cur; this.cur = null; if (!r) return; finish(r, code);
    if (low.includes('connection: close')) this.sock.destroy(); else free(this);
  }
}
function finish(r, code) {
  const ok = code >= 200 && code < 300; codes[code] = (codes[code] ?? 0) + 1;
  if (r.bad) { if (ok) badOk++; return settle(r); }
  if (!ok) { non2xx++; return fail(r); }
  if (acked) for (const id of r.ids) acked.add(id);
  if (r.measured) lat[nLat++] = performance.now() - r.t;
  settle(r);
}
function fail(r) { if (r.tries < RETRIES) { r.tries++; retried++; setTimeout(() => { queue.unshift(r); pump(); }, RDELAY); } else { gaveUp++; settle(r); } }
function settle() {
  done++; if (!measuring && done >= WARM) { measuring = true; begin(); }
  if (done >= reqs.length) end();
}
function begin() { c0 = cpuNow(); m0 = machine(); selfCpu0 = process.cpuUsage(); tStart = performance.now(); if (MODE === 'rate') tick(); else pump(); }
function next() { if (queue.length) return queue.shift(); if (MODE === 'max' || !measuring) { const cap = measuring ? reqs.length : WARM; if (sent < cap) { const r = reqs[sent++]; return r; } } return null; }
function free(c) { const r = next(); if (!r) { idle.push(c); return; } go(c, r); }
function go(c, r) { if (measuring && r.tries === 0) { r.measured = true; if (MODE === 'max' || r.t === undefined) r.t = performance.now(); } c.send(r); }
function pump() { while (idle.length) { const r = next(); if (!r) return; go(idle.pop(), r); } }
let due = 0;
function tick() {
  if (finished) return; const el = performance.now() - tStart; const want = Math.min(reqs.length - WARM, Math.floor(el * RATE / 1000) + 1);
  while (due < want) { const r = reqs[sent++]; if (!r) break; r.t = tStart + (due * 1000) / RATE; due++; queue.push(r); }
  if (queue.length > maxBacklog) maxBacklog = queue.length; pump(); if (sent < reqs.length) setTimeout(tick, 1);
}
function end(reason) {
  if (finished) return; finished = true; const wall = (performance.now() - tStart) / 1000; const c1 = cpuNow(); const m1 = machine(); const self = process.cpuUsage(selfCpu0 ?? undefined);
  const L = lat.subarray(0, nLat).sort(); const q = (p) => (nLat ? +L[Math.min(nLat - 1, Math.floor(p * nLat))].toFixed(2) : null);
  const n = done - WARM; const cpuOut = {}; for (const k of Object.keys(c0 ?? {})) cpuOut[k] = +((c1[k] - c0[k]) / n * 1000).toFixed(3);
  const out = { mode: MODE, rate: MODE === 'rate' ? RATE : undefined, requests: n, wall_s: +wall.toFixed(2), req_s: Math.round(n / wall), p50: q(0.5), p90: q(0.9), p99: q(0.99), p999: q(0.999), max: q(1),
    codes, non2xx, connErr, retried, gaveUp, bad_sent: nBad, bad_accepted: badOk, dups: nDup, avg_bytes: Math.round(bytes / total), connections: CONNS, backlog_max: maxBacklog,
    cpu_s_per_1000: cpuOut, gen_cpu_share: +(((self.user + self.system) / 1e6) / wall).toFixed(2), unique_acked: acked?.size, seed: SEED, stopped: reason };
  const mine = Object.keys(c0 ?? {}).reduce((a, k) => a + (c1[k] - c0[k] || 0), 0) + (self.user + self.system) / 1e6;
  if (m0) { out.foreign_cores = +Math.max(0, (m1.busy - m0.busy - mine) / wall).toFixed(2); out.steal_cores = +((m1.steal - m0.steal) / wall).toFixed(2); }
  if (acked) fs.writeFileSync(A['ids-out'], [...acked].join('\n') + '\n');
  if (A.json) console.log(JSON.stringify(out)); else for (const [k, v] of Object.entries(out)) if (v !== undefined) console.log(k.padEnd(16), typeof v === 'object' ? JSON.stringify(v) : v);
  process.exit(reason ? 1 : 0);
}
setTimeout(() => end('timeout'), LIMIT).unref();
process.on('SIGINT', () => end('interrupted'));
if (measuring) { c0 = cpuNow(); m0 = machine(); selfCpu0 = process.cpuUsage(); tStart = performance.now(); if (MODE === 'rate') tick(); }
for (let i = 0; i < CONNS; i++) new Conn();
