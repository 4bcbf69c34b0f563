import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api } from "@/components/data/api";
import { keys } from "@/components/inbox/keys";
import { MemberList } from "@/lib/identity/views";
import { ConversationPage, ConversationView, CountsView, SearchPage, type ViewName } from "@/lib/inbox/views";
import { MessagePage } from "@/lib/messages/views";
import { TemplateList } from "@/lib/templates/views";

const firstCursor = (): string | null => null;
const withCursor = (path: string, cursor: string | null) =>
  cursor ? `${path}${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(cursor)}` : path;

export const conversationsQuery = (view: ViewName) =>
  infiniteQueryOptions({
    queryKey: keys.conversations(view),
    queryFn: ({ pageParam, signal }) =>
      api.get(withCursor(`/api/conversations?view=${view}`, pageParam), ConversationPage, signal),
    initialPageParam: firstCursor(),
    getNextPageParam: (page) => page.nextCursor,
  });

/** Only the named rows, as far as they belong to the view; for live changes. */
export const fetchRows = (view: ViewName, ids: readonly string[]) =>
  api.get(`/api/conversations?view=${view}&ids=${ids.join(",")}`, ConversationPage);

export const countsQuery = queryOptions({
  queryKey: keys.counts,
  queryFn: ({ signal }) => api.get("/api/conversations/counts", CountsView, signal),
});

export const conversationQuery = (id: string) =>
  queryOptions({
    queryKey: keys.conversation(id),
    queryFn: ({ signal }) => api.get(`/api/conversations/${id}`, ConversationView, signal),
  });

export const messagesQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: keys.messages(id),
    queryFn: ({ pageParam, signal }) => api.get(withCursor(`/api/conversations/${id}/messages`, pageParam), MessagePage, signal),
    initialPageParam: firstCursor(),
    getNextPageParam: (page) => page.nextCursor,
    // Live events merge what is new; refetching every page that was scrolled through would move the eye.
    staleTime: Number.POSITIVE_INFINITY,
  });

export const fetchNewest = (id: string) => api.get(`/api/conversations/${id}/messages`, MessagePage);
export const fetchAround = (id: string, messageId: string) =>
  api.get(`/api/conversations/${id}/messages?around=${messageId}`, MessagePage);

export const membersQuery = queryOptions({
  queryKey: keys.members,
  queryFn: ({ signal }) => api.get("/api/members", MemberList, signal),
  staleTime: 300_000,
});

export const templatesQuery = (conversationId: string) =>
  queryOptions({
    queryKey: [...keys.templates, conversationId],
    queryFn: ({ signal }) => api.get(`/api/templates?conversationId=${conversationId}`, TemplateList, signal),
    staleTime: 60_000,
  });

export const searchQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: keys.search(q),
    queryFn: ({ pageParam, signal }) => api.post("/api/search", pageParam ? { q, cursor: pageParam } : { q }, SearchPage, signal),
    initialPageParam: firstCursor(),
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    staleTime: 0, // what one looks for may have come this moment, and no live event tells
  });
