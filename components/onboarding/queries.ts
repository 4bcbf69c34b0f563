import { queryOptions } from "@tanstack/react-query";
import { api } from "@/components/data/api";
import { NumbersView, OnboardingView, PressView } from "@/lib/onboarding/views";

const MINUTE = 60_000;
/** Where a journey is spoken to: by its id, or as the one that a link names. */
export const journeyAddress = (id: string) => `/api/onboarding/${id}`;
export const LINKS = "/api/connect";
/** The same for somebody with a link: a page speaks of its own journey only, whatever link the browser has opened since. */
export const linkedAddress = (id: string) => `${LINKS}/${id}`;

/** States of a claim in which something may come at any moment: of one just proven, the way to take it over. */
const AWAITED = new Set(["waiting", "busy", "asked", "proven"]);

export const numbersQuery = queryOptions({
  queryKey: ["onboarding"],
  queryFn: ({ signal }) => api.get("/api/onboarding", NumbersView, signal),
  refetchInterval: ({ state }) => (state.data?.claims.some((c) => AWAITED.has(c.state)) ? 3000 : 15_000),
});

/** Asked every second and a half while something is going on, else four times a minute: a colleague may be at it as well. */
export const journeyQuery = (at: string) =>
  queryOptions({
    queryKey: ["onboarding", at],
    queryFn: ({ signal }) => api.get(at, OnboardingView, signal),
    refetchInterval: ({ state }) => (state.data?.busy ? 1500 : 15_000),
  });

/** Minted ahead of the click, since the window must open within it; renewed before its ten minutes are over. */
export const pressQuery = (at: string) =>
  queryOptions({
    queryKey: ["onboarding", at, "press"],
    queryFn: () => api.post(`${at}/press`, {}, PressView),
    staleTime: 8 * MINUTE,
    refetchInterval: 8 * MINUTE,
    gcTime: 0,
    retry: false,
  });
