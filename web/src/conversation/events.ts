import { EventSourceParserStream } from "eventsource-parser/stream";
import { Failure } from "../api/failure";
import type { components } from "../api/schema";

/* The events of a conversation, as `GET /v1/conversations/{id}/events` sends them. */

type Schemas = components["schemas"];

export type MessageData = Schemas["MessageView"];
export type Speaker = MessageData["from"];
export type Mode = Schemas["Mode"];
export type Part = Schemas["Part"];
export type Source = Schemas["Source"];
export type QuickReply = Schemas["QuickReply"];
export type Expectation = Schemas["Expects"];
export type FormField = Schemas["FormField"];
export type Transcript = Schemas["Transcript"];
export type QueuePlace = Schemas["QueuePlace"];

export interface PartData {
  reply_id: string;
  index: number;
  part: Part;
  at: string;
}

export interface ModeData {
  mode: Mode;
  reason: string | null;
  at: string;
}

export interface ClosedData {
  outcome: Schemas["Outcome"];
  resolution: "confirmed" | "assumed" | null;
  at: string;
}

export interface TypingData {
  from: Speaker;
  on: boolean;
}

/** A turn is finished and can be looked into. Operators only. */
export interface TurnData {
  id: string;
}

/** `sequence`: the place in the conversation's log; what passes by and is not kept (typing, the queue) has none. */
export type ConversationEvent =
  | { sequence: number; type: "message"; data: MessageData }
  | { sequence: number; type: "part"; data: PartData }
  | { sequence: number; type: "mode"; data: ModeData }
  | { sequence: number; type: "closed"; data: ClosedData }
  | { sequence: number; type: "turn"; data: TurnData }
  | { sequence: null; type: "typing"; data: TypingData }
  | { sequence: null; type: "queue"; data: QueuePlace };

const LOGGED: ReadonlySet<string> = new Set(["message", "part", "mode", "closed", "turn"]);
const PASSING: ReadonlySet<string> = new Set(["typing", "queue"]);

/** The server speaks at least every 15 seconds; a line that is silent for longer is dead though it looks open. */
const SILENCE_LIMIT_MS = 40_000;

/**
 * One connection: opens the stream after `lastSequence` and hands over its events until it ends, which is a return.
 * Throws `Failure`; `signal` ends it quietly.
 */
export async function readEvents(
  conversation: { id: string; bearer: string },
  lastSequence: number,
  signal: AbortSignal,
  receive: { opened(): void; event(event: ConversationEvent): void },
): Promise<void> {
  const silence = new AbortController();
  let timer = window.setTimeout(() => silence.abort(), SILENCE_LIMIT_MS);
  const heard = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => silence.abort(), SILENCE_LIMIT_MS);
  };
  try {
    const response = await fetch(`/v1/conversations/${encodeURIComponent(conversation.id)}/events`, {
      headers: {
        Accept: "text/event-stream",
        Authorization: `Bearer ${conversation.bearer}`,
        "Last-Event-ID": String(lastSequence),
      },
      cache: "no-store",
      signal: AbortSignal.any([signal, silence.signal]),
    });
    if (!response.ok || response.body === null) throw await Failure.fromResponse(response);
    receive.opened();
    const reader = response.body
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream({ onComment: heard }))
      .getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard();
      const event = parsed(value.id, value.event, value.data);
      if (event !== null) receive.event(event);
    }
  } catch (error) {
    if (signal.aborted) return;
    throw Failure.of(error);
  } finally {
    window.clearTimeout(timer);
  }
}

/** An event of a type this page does not know, or without a place where it needs one, is passed over. */
function parsed(id: string | undefined, type: string | undefined, data: string): ConversationEvent | null {
  if (type === undefined) return null;
  const sequence = LOGGED.has(type) ? Number(id) : PASSING.has(type) ? null : NaN;
  if (Number.isNaN(sequence)) return null;
  return { sequence, type, data: JSON.parse(data) } as ConversationEvent;
}
