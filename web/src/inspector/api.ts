import { queryOptions, useQuery } from "@tanstack/react-query";
import { bodyOf, type Client } from "../api/client";
import type { components } from "../api/schema";

type Schemas = components["schemas"];

export type Turn = Schemas["TurnView"];
export type Topic = Schemas["TopicView"];
export type Action = Schemas["ActionView"];
export type Proposal = Schemas["Proposal"];
export type Command = Turn["accepted"][number];

/** Who may look into turns. */
export interface Inspecting {
  key: string;
  client: Client;
}

/** A turn's whole story. It does not change any more, so it is asked for once. */
export function turnQuery({ client }: Inspecting, id: string) {
  return queryOptions({
    queryKey: ["turn", id],
    queryFn: () => bodyOf(client.GET("/v1/turns/{turn_id}", { params: { path: { turn_id: id } } })),
    staleTime: Infinity,
  });
}

export function useTurn(inspecting: Inspecting, id: string | null) {
  return useQuery({ ...turnQuery(inspecting, id ?? ""), enabled: id !== null });
}
