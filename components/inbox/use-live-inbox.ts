"use client";
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api } from "@/components/data/api";
import { useClockSync } from "@/components/data/clock";
import { ProblemError } from "@/components/data/http";
import { connectLive } from "@/components/data/live";
import { useSession } from "@/components/data/session-store";
import { guessRow, isLoaded, loadedIds, putMessages, putRows } from "@/components/inbox/cache";
import { onDraftSaved, saveOnLeaving } from "@/components/inbox/drafts";
import { keys } from "@/components/inbox/keys";
import type { Place } from "@/components/inbox/place";
import { fetchAround, fetchNewest, fetchRows } from "@/components/inbox/queries";
import { ConversationView, type LiveEvent, VIEWS } from "@/lib/inbox/views";

const GATHER_MS = 50;
/** The server takes at most this many ids at once. */
const IDS_AT_ONCE = 50;

/** Waits for what is on its way already: it may be older than the change, and must land first. */
const landed = (client: QueryClient, queryKey: readonly unknown[]) =>
  client
    .getQueryCache()
    .find({ queryKey })
    ?.promise?.catch(() => {});

/** The thread's newest page and what stands above it; and any older message that is loaded and was named. */
async function refreshThread(client: QueryClient, id: string, messageIds: ReadonlySet<string>): Promise<void> {
  await landed(client, keys.messages(id));
  if (!client.getQueryData(keys.messages(id))) return;
  const asked = loadedIds(client, id);
  const [page, conversation] = await Promise.all([fetchNewest(id), api.get(`/api/conversations/${id}`, ConversationView)]);
  putMessages(client, id, page, asked);
  client.setQueryData(keys.conversation(id), conversation);
  const older = [...messageIds].find((m) => isLoaded(client, id, m) && !page.items.some((message) => message.id === m));
  if (older) {
    const around = await fetchAround(id, older);
    const items = around.items.filter((message) => isLoaded(client, id, message.id));
    putMessages(client, id, { items, nextCursor: null }, [older]);
  }
}

async function refreshRows(client: QueryClient, place: Place, ids: string[], sync: (serverNow: string) => void): Promise<void> {
  for (const view of VIEWS)
    if (view !== place.view) client.invalidateQueries({ queryKey: keys.conversations(view), refetchType: "none" });
  client.invalidateQueries({ queryKey: keys.counts });
  await landed(client, keys.conversations(place.view));
  for (let i = 0; i < ids.length; i += IDS_AT_ONCE) {
    const asked = ids.slice(i, i + IDS_AT_ONCE);
    const fresh = await fetchRows(place.view, asked);
    putRows(client, place.view, asked, fresh.items);
    sync(fresh.serverNow);
  }
}

/** Who may read what has changed: nothing stays here that was only kept, and what is open is asked for again. */
async function dropLost(client: QueryClient, open: string | null): Promise<void> {
  for (const kind of ["messages", "conversation"])
    client.removeQueries({ queryKey: [kind], predicate: ({ queryKey }) => queryKey[1] !== open });
  client.removeQueries({ queryKey: ["search"], type: "inactive" });
  for (const queryKey of [["search"], ["matters"], ["matter"], ["timeline"]]) client.invalidateQueries({ queryKey });
  if (!open) return;
  try {
    client.setQueryData(keys.conversation(open), await api.get(`/api/conversations/${open}`, ConversationView));
    await client.invalidateQueries({ queryKey: keys.messages(open) });
  } catch (error) {
    if (!(error instanceof ProblemError && error.code === "not_found")) return;
    client.removeQueries({ queryKey: keys.messages(open) });
    await client.resetQueries({ queryKey: keys.conversation(open) });
  }
}

/** Keeps what is on screen true: gathers live events for a moment, then asks only for what they name. */
export function useLiveInbox(place: Place): void {
  const client = useQueryClient();
  const setClock = useClockSync();
  const here = useRef(place);
  const sync = useRef(setClock);
  useEffect(() => {
    here.current = place;
    sync.current = setClock;
  });
  useEffect(() => {
    const changed = new Map<string, Set<string>>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let running = false;
    const run = async () => {
      timer = undefined;
      if (running) return;
      running = true;
      const batch = new Map(changed);
      changed.clear();
      const open = here.current.conversationId;
      const messageIds = open ? batch.get(open) : undefined;
      for (const id of batch.keys()) {
        if (id === open) continue;
        client.invalidateQueries({ queryKey: keys.messages(id), refetchType: "none" });
        client.invalidateQueries({ queryKey: keys.conversation(id), refetchType: "none" });
      }
      await Promise.allSettled([
        refreshRows(client, here.current, [...batch.keys()], sync.current),
        ...(open && messageIds ? [refreshThread(client, open, messageIds)] : []),
      ]);
      running = false;
      if (changed.size > 0) timer ??= setTimeout(run, GATHER_MS);
    };
    const relist = () => {
      client.invalidateQueries({ queryKey: ["conversations"] });
      client.invalidateQueries({ queryKey: keys.counts });
    };
    const resync = () => {
      relist();
      client.invalidateQueries({ queryKey: ["conversation"] });
      client.invalidateQueries({ queryKey: ["messages"], refetchType: "none" });
      const open = here.current.conversationId;
      if (open) refreshThread(client, open, new Set()).catch(() => {});
    };
    const onEvent = (event: LiveEvent) => {
      if (event.type === "session.ended") useSession.getState().end();
      else if (event.type === "session.changed") window.location.assign("/inbox");
      else if (event.type === "templates.changed") client.invalidateQueries({ queryKey: keys.templates });
      else if (event.type === "resync") resync();
      else if (event.type === "access.changed") void dropLost(client, here.current.conversationId).then(relist);
      else if (event.conversationId) {
        const known = changed.get(event.conversationId) ?? new Set<string>();
        for (const id of event.messageIds ?? []) known.add(id);
        changed.set(event.conversationId, known);
        timer ??= setTimeout(run, GATHER_MS);
      }
    };
    onDraftSaved((id, hasDraft) => guessRow(client, id, { hasDraft }));
    const stopSaving = saveOnLeaving();
    const disconnect = connectLive(onEvent);
    return () => {
      disconnect();
      clearTimeout(timer);
      stopSaving();
    };
  }, [client]);
}
