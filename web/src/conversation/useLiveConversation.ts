import { useEffect, useReducer, useState } from "react";
import type { ConversationEvent } from "./events";
import { type Connection, follow } from "./follow";
import { appended, type ConversationLog, EMPTY_LOG } from "./log";

/** A conversation as it happens, from its first event on, as whoever holds the key may see it. None without an id. */
export function useLiveConversation(id: string | null, key: string): { log: ConversationLog; connection: Connection } {
  const [log, tell] = useReducer((before: ConversationLog, event: ConversationEvent | "start") => {
    return event === "start" ? EMPTY_LOG : appended(before, event);
  }, EMPTY_LOG);
  const [connection, setConnection] = useState<Connection>({ state: "connecting" });

  useEffect(() => {
    const ending = new AbortController();
    let lastSequence = 0;
    tell("start");
    if (id === null) return;
    void follow({ id, bearer: key }, () => lastSequence, ending.signal, {
      connection: setConnection,
      event: (event) => {
        if (event.sequence !== null) lastSequence = Math.max(lastSequence, event.sequence);
        tell(event);
      },
    });
    return () => ending.abort();
  }, [id, key]);

  return { log, connection };
}
