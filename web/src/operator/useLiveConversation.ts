import { useEffect, useReducer, useState } from "react";
import type { ConversationEvent } from "../conversation/events";
import { type Connection, follow } from "../conversation/follow";
import { appended, type ConversationLog, EMPTY_LOG } from "../conversation/log";
import { useOperator } from "./api";

/** A conversation as it happens, from its first event on. */
export function useLiveConversation(id: string): { log: ConversationLog; connection: Connection } {
  const { key } = useOperator();
  const [log, tell] = useReducer((before: ConversationLog, event: ConversationEvent | "start") => {
    return event === "start" ? EMPTY_LOG : appended(before, event);
  }, EMPTY_LOG);
  const [connection, setConnection] = useState<Connection>({ state: "connecting" });

  useEffect(() => {
    const ending = new AbortController();
    let lastSequence = 0;
    tell("start");
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
