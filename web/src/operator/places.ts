/** Where the operator is, as the address says after `#`. */
export type Place =
  | { name: "inbox" }
  | { name: "approvals" }
  | { name: "conversation"; id: string; turn: string | null };

export function placeOf(fragment: string): Place {
  const [name, id, , turn] = fragment.split("/").map(decodeURIComponent);
  if (name === "approvals") return { name };
  if (name === "conversation" && id !== undefined) return { name, id, turn: turn ?? null };
  return { name: "inbox" };
}

export function addressOf(place: Place): string {
  if (place.name !== "conversation") return `#${place.name}`;
  const conversation = `#conversation/${encodeURIComponent(place.id)}`;
  return place.turn === null ? conversation : `${conversation}/turn/${encodeURIComponent(place.turn)}`;
}
