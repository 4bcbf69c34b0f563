import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { clearDraft, flushDrafts, writeDraft } from "@/components/inbox/drafts";

/** The wire: what was sent, in order, and answers that come when the test lets them. */
let sent: { path: string; text: string; keepalive: boolean }[];
let answers: (() => void)[];

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  answers = [];
  vi.stubGlobal("fetch", (path: string, { body, keepalive }: { body: string; keepalive?: boolean }) => {
    sent.push({ path, text: JSON.parse(body).text, keepalive: keepalive === true });
    return new Promise((resolve) => answers.push(() => resolve(Response.json({ updatedAt: null }))));
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const textsOf = (id: string) => sent.filter(({ path }) => path.includes(`/${id}/`)).map(({ text }) => text);

async function answerAll(): Promise<void> {
  for (const answer of answers.splice(0)) answer();
  await vi.advanceTimersByTimeAsync(0);
}

test("an emptied box is saved when the page goes away before its time", async () => {
  writeDraft("emptied", "half a thought");
  await vi.advanceTimersByTimeAsync(800);
  await answerAll();
  writeDraft("emptied", "");
  flushDrafts();
  expect(textsOf("emptied")).toEqual(["half a thought", ""]);
  expect(sent.every(({ keepalive }) => keepalive)).toBe(true);
});

test("leaving does not wait behind a save under way, and that save brings nothing back", async () => {
  writeDraft("waiting", "one");
  await vi.advanceTimersByTimeAsync(800);
  writeDraft("waiting", "one two");
  await vi.advanceTimersByTimeAsync(800); // waits for its turn
  clearDraft("waiting");
  flushDrafts();
  expect(textsOf("waiting")).toEqual(["one", ""]);
  await answerAll();
  await answerAll();
  expect(textsOf("waiting")).not.toContain("one two");
});

test("what is saved is not sent again on leaving; what the server never got is", async () => {
  writeDraft("saved", "kept");
  await vi.advanceTimersByTimeAsync(800);
  await answerAll();
  flushDrafts();
  expect(textsOf("saved")).toEqual(["kept"]);

  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("offline")));
  writeDraft("lost", "in a tunnel");
  await vi.advanceTimersByTimeAsync(800);
  const again = vi.fn(() => Promise.resolve(Response.json({ updatedAt: null })));
  vi.stubGlobal("fetch", again);
  flushDrafts();
  expect(again).toHaveBeenCalledWith("/api/conversations/lost/draft", expect.objectContaining({ method: "PUT" }));
});
