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

/** The examples closest to what each request of a turn said; by the model that read it, as long as that is kept. */
export function useNearestExamples({ client }: Inspecting, id: string, wanted: boolean) {
  return useQuery({
    queryKey: ["turn", id, "examples"],
    queryFn: () => bodyOf(client.GET("/v1/turns/{turn_id}/examples", { params: { path: { turn_id: id } } })),
    staleTime: Infinity,
    enabled: wanted,
  });
}

export function useTurn(inspecting: Inspecting, id: string | null) {
  return useQuery({ ...turnQuery(inspecting, id ?? ""), enabled: id !== null });
}
