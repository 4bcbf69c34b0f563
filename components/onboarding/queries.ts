import { queryOptions } from "@tanstack/react-query";
import { api } from "@/components/data/api";
import { NumbersView, OnboardingView, PressView } from "@/lib/onboarding/views";

const MINUTE = 60_000;
const address = (id: string) => `/api/onboarding/${id}`;

export const numbersQuery = queryOptions({
  queryKey: ["onboarding"],
  queryFn: ({ signal }) => api.get("/api/onboarding", NumbersView, signal),
  refetchInterval: 15_000,
});

/** Asked every second and a half while something is going on, else four times a minute: a colleague may be at it as well. */
export const journeyQuery = (id: string) =>
  queryOptions({
    queryKey: ["onboarding", id],
    queryFn: ({ signal }) => api.get(address(id), OnboardingView, signal),
    refetchInterval: ({ state }) => (state.data?.busy ? 1500 : 15_000),
  });

/** Minted ahead of the click, since the window must open within it; renewed before its ten minutes are over. */
export const pressQuery = (id: string) =>
  queryOptions({
    queryKey: ["onboarding", id, "press"],
    queryFn: () => api.post(`${address(id)}/press`, {}, PressView),
    staleTime: 8 * MINUTE,
    refetchInterval: 8 * MINUTE,
    gcTime: 0,
    retry: false,
  });

export const journeyAddress = address;
