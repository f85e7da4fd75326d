import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { bodyOf } from "../api/client";
import type { components } from "../api/schema";
import type { Mode } from "../conversation/events";
import type { Inspecting } from "../inspector/api";

export type InboxItem = components["schemas"]["InboxItem"];
export type Approval = components["schemas"]["ApprovalView"];
export type ModeFilter = "all" | Mode;

const REFRESH_MS = 4_000;

/** The signed-in operator's key and client. */
export const OperatorContext = createContext<Inspecting | null>(null);

export function useOperator(): Inspecting {
  const operator = useContext(OperatorContext);
  if (operator === null) throw new Error("Nobody is signed in.");
  return operator;
}

/** The tenant's conversations, a page at a time, asked again every few seconds. */
export function useInbox(mode: ModeFilter) {
  const { client } = useOperator();
  const queries = useQueryClient();
  return useInfiniteQuery({
    queryKey: ["inbox", mode],
    queryFn: async ({ pageParam }) => {
      const query = pageParam === null ? { mode } : { mode, cursor: pageParam };
      const page = await bodyOf(client.GET("/v1/inbox", { params: { query } }));
      for (const item of page.items) queries.setQueryData(["summary", item.conversation_id], item);
      return page;
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: REFRESH_MS,
  });
}

/** What the inbox said last about a conversation. */
export function useSummary(conversationId: string): InboxItem | undefined {
  return useQuery<InboxItem>({ queryKey: ["summary", conversationId], enabled: false }).data;
}

export function useApprovals(status: "pending" | "all") {
  const { client } = useOperator();
  return useQuery({
    queryKey: ["approvals", status],
    queryFn: async () => (await bodyOf(client.GET("/v1/approvals", { params: { query: { status } } }))).items,
    refetchInterval: REFRESH_MS,
  });
}

export function useDecision() {
  const { client } = useOperator();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (decision: components["schemas"]["ApprovalDecision"]) => bodyOf(client.POST("/v1/approvals", { body: decision })),
    onSettled: () => Promise.all([queries.invalidateQueries({ queryKey: ["approvals"] }), queries.invalidateQueries({ queryKey: ["inbox"] })]),
  });
}

export function useReply(conversationId: string) {
  const { client } = useOperator();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (text: string) =>
      bodyOf(
        client.POST("/v1/conversations/{conversation_id}/replies", {
          params: { path: { conversation_id: conversationId } },
          body: { text },
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: ["inbox"] }),
  });
}

export function useModeChange(conversationId: string) {
  const { client } = useOperator();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (mode: Mode) =>
      bodyOf(
        client.POST("/v1/conversations/{conversation_id}/mode", {
          params: { path: { conversation_id: conversationId } },
          body: { mode },
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: ["inbox"] }),
  });
}
