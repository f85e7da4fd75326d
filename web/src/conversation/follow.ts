import { Failure } from "../api/failure";
import { backoffMs, fullPause, pause } from "../common/patience";
import { type ConversationEvent, readEvents } from "./events";

export type Connection =
  | { state: "connecting" }
  | { state: "open" }
  | { state: "waiting"; until: number; limited: boolean }
  | { state: "refused" };

/** A connection that held this long was a good one: the next wait begins at the shortest again. */
const PROVEN_MS = 5_000;

/**
 * Follows a conversation until `signal` aborts or the server refuses for good: reconnects after what was seen last. A line
 * that ends and can be opened again at once is not worth a word: `waiting` begins with the second failure.
 */
export async function follow(
  conversation: { id: string; bearer: string },
  lastSequence: () => number,
  signal: AbortSignal,
  receive: { connection(connection: Connection): void; event(event: ConversationEvent): void },
): Promise<void> {
  let attempt = 0;
  while (!signal.aborted) {
    if (attempt <= 1) receive.connection({ state: "connecting" });
    let openedAt: number | null = null;
    let failure: Failure | null = null;
    try {
      await readEvents(conversation, lastSequence(), signal, {
        opened: () => {
          openedAt = Date.now();
          receive.connection({ state: "open" });
        },
        event: (event) => {
          attempt = 0;
          receive.event(event);
        },
      });
    } catch (error) {
      failure = Failure.of(error);
    }
    if (signal.aborted) return;
    if (failure?.remedy === "authenticate" || failure?.remedy === "change") {
      receive.connection({ state: "refused" });
      return;
    }
    if (openedAt !== null && Date.now() - openedAt > PROVEN_MS) attempt = 0;
    const limited = failure?.remedy === "wait";
    const wait = Math.max(backoffMs(attempt), failure?.retryAfterMs ?? 0);
    attempt += 1;
    if (attempt > 1 || limited) receive.connection({ state: "waiting", until: Date.now() + wait, limited });
    await (limited ? fullPause(wait, signal) : pause(wait, signal));
  }
}
