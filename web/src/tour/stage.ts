import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import type { ChatSession } from "../chat/state/session";
import { useLanguage } from "../common/TextsContext";
import { type ConversationLog, messagesIn } from "../conversation/log";
import { type Inspecting, turnQuery } from "../inspector/api";
import type { InspectorView } from "../inspector/view";
import { codeMailedTo } from "./mailbox";
import type { Stage } from "./player";

const LOOK_AGAIN_MS = 40;

/** What the tour plays on: the chat, the inspector, and the conversation as operators see it. */
export function useStage(session: ChatSession, view: InspectorView, inspecting: Inspecting, log: ConversationLog): Stage {
  const queries = useQueryClient();
  const language = useLanguage();
  const latest = useRef(log);
  useEffect(() => {
    latest.current = log;
  }, [log]);
  return useMemo(
    () => ({
      session,
      view,
      language,
      turnOf: async (replyId, signal) => {
        let turn = turnOfReply(latest.current, replyId);
        for (; turn === null; turn = turnOfReply(latest.current, replyId)) {
          signal.throwIfAborted();
          await new Promise((resolve) => window.setTimeout(resolve, LOOK_AGAIN_MS));
        }
        return queries.fetchQuery(turnQuery(inspecting, turn));
      },
      codeMailedTo: (address) => codeMailedTo(address, inspecting),
    }),
    [session, view, inspecting, language, queries],
  );
}

/** The finished turn that a reply comes from. */
export function turnOfReply(log: ConversationLog, replyId: string): string | null {
  const turn = messagesIn(log).find(({ id }) => id === replyId)?.turnId ?? null;
  return turn !== null && log.turns.includes(turn) ? turn : null;
}
