"use client";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { onUnauthenticated, ProblemError } from "@/components/data/http";
import { useSession } from "@/components/data/session-store";

const mayHelp = (error: Error) => !(error instanceof ProblemError) || error.code === "offline" || error.code === "unavailable";

/** Live events say when data is old, so nothing is refetched by time or focus. */
const makeClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        refetchOnWindowFocus: false,
        retry: (count, error) => count < 2 && mayHelp(error),
      },
      mutations: { retry: false },
    },
  });

export function QueryProvider({ children }: { children: ReactNode }) {
  const [client] = useState(makeClient);
  useEffect(() => onUnauthenticated(useSession.getState().end), []);
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
