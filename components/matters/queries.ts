import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api } from "@/components/data/api";
import { TimelinePage } from "@/lib/inbox/views";
import { MatterPage, MatterView } from "@/lib/matters/views";

const firstCursor = (): string | null => null;

/** Matters, newest first; a colleague may have opened one meanwhile. */
export const mattersQuery = infiniteQueryOptions({
  queryKey: ["matters"],
  queryFn: ({ pageParam, signal }) =>
    api.get(`/api/matters${pageParam ? `?cursor=${encodeURIComponent(pageParam)}` : ""}`, MatterPage, signal),
  initialPageParam: firstCursor(),
  getNextPageParam: (page) => page.nextCursor,
  staleTime: 10_000,
});

/** Matters whose words begin as asked. */
export const findMattersQuery = (q: string, status?: "open") =>
  queryOptions({
    queryKey: ["matters", "find", q, status ?? "any"],
    queryFn: ({ signal }) => api.post("/api/matters/search", { q, ...(status && { status }) }, MatterPage, signal),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });

export const matterQuery = (id: string) =>
  queryOptions({
    queryKey: ["matter", id],
    queryFn: ({ signal }) => api.get(`/api/matters/${id}`, MatterView, signal),
    staleTime: 5000,
  });

export type Only = "messages" | "activities" | "all";
export const timelineQuery = (id: string, only: Only) =>
  infiniteQueryOptions({
    queryKey: ["timeline", id, only],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams();
      if (pageParam) query.set("cursor", pageParam);
      if (only !== "all") query.set("only", only);
      return api.get(`/api/matters/${id}/timeline?${query}`, TimelinePage, signal);
    },
    initialPageParam: firstCursor(),
    getNextPageParam: (page) => page.nextCursor,
    staleTime: 5000,
  });
