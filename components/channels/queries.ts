import { queryOptions } from "@tanstack/react-query";
import { api } from "@/components/data/api";
import { ConnectionsView, StandingView } from "@/lib/channels/views";

/** A number's checks as last kept, and its history; a colleague or the night may have looked meanwhile. */
export const standingQuery = (id: string) =>
  queryOptions({
    queryKey: ["standing", id],
    queryFn: ({ signal }) => api.get(`/api/settings/numbers/${id}`, StandingView, signal),
    refetchInterval: 60_000,
  });

/** Asks Meta about one number. */
export const lookNow = (id: string) => api.get(`/api/v1/whatsapp/check-connection?fresh=1&channelId=${id}`, ConnectionsView);
