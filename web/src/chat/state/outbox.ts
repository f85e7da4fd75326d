import type { ConversationLog } from "../../conversation/log";
import { messagesIn } from "../../conversation/log";
import type { OutgoingMessage } from "./memory";

const SHORTEST_CUT = 1_000;

/**
 * The messages that the log does not show yet. One whose acknowledgement was lost is recognised by its text after the
 * place in the log at which it was written, so that it is not shown twice until its second delivery names it.
 */
export function notInLog(outbox: readonly OutgoingMessage[], log: ConversationLog): OutgoingMessage[] {
  const logged = messagesIn(log).filter((message) => message.from === "customer");
  const claimed = new Set(outbox.map((outgoing) => outgoing.messageId).filter((id) => id !== null));
  return outbox.filter((outgoing) => {
    if (outgoing.messageId !== null) return !logged.some((message) => message.id === outgoing.messageId);
    const itself = logged.find(
      (message) =>
        message.sequence > outgoing.afterSequence && isTextOf(outgoing, message.text) && !claimed.has(message.id),
    );
    if (itself !== undefined) claimed.add(itself.id);
    return itself === undefined;
  });
}

/** The server may have cut a very long text. */
function isTextOf(outgoing: OutgoingMessage, logged: string): boolean {
  return logged === outgoing.text || (logged.length >= SHORTEST_CUT && outgoing.text.startsWith(logged));
}

/** What need not be kept: the log shows it. */
export function settled(outgoing: OutgoingMessage, log: ConversationLog): boolean {
  return outgoing.messageId !== null && messagesIn(log).some((message) => message.id === outgoing.messageId);
}
