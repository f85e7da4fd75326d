import type {
  ClosedData,
  ConversationEvent,
  Expectation,
  FormField,
  MessageData,
  Mode,
  Part,
  QueuePlace,
  QuickReply,
  Speaker,
  Transcript,
} from "./events";

/** A message as far as it has arrived: `complete` is false while only pieces of it are there. */
export interface MessageEntry {
  kind: "message";
  sequence: number;
  id: string;
  from: Speaker;
  text: string;
  parts: Part[];
  quickReplies: QuickReply[];
  expects: Expectation | null;
  /** What is asked for, or what the open confirmation rests on. */
  fields: FormField[];
  at: string;
  turnId: string | null;
  complete: boolean;
}

export interface ModeEntry {
  kind: "mode";
  sequence: number;
  mode: Mode;
  reason: string | null;
  at: string;
}

export type Entry = MessageEntry | ModeEntry;

/** Everything the page knows of a conversation: a fold over its events, and nothing else. */
export interface ConversationLog {
  lastSequence: number;
  entries: readonly Entry[];
  mode: Mode;
  typing: Speaker | null;
  /** While a person is awaited. */
  queue: QueuePlace | null;
  closed: ClosedData | null;
  /** Ids of the finished turns, the oldest first; for operators only. */
  turns: readonly string[];
}

export const EMPTY_LOG: ConversationLog = {
  lastSequence: 0,
  entries: [],
  mode: "agent",
  typing: null,
  queue: null,
  closed: null,
  turns: [],
};

/** The log after one more event. One that is already in it changes nothing. */
export function appended(log: ConversationLog, event: ConversationEvent): ConversationLog {
  if (event.type === "typing") {
    if (event.data.on) return { ...log, typing: event.data.from };
    return log.typing === event.data.from ? { ...log, typing: null } : log;
  }
  if (event.type === "queue") return { ...log, queue: event.data };
  if (event.sequence <= log.lastSequence) return log;
  const known = { ...log, lastSequence: event.sequence };
  switch (event.type) {
    case "message": {
      const entry = entryOf(event.sequence, event.data);
      return {
        ...known,
        entries: placed(log.entries, entry),
        typing: log.typing === entry.from ? null : log.typing,
        queue: entry.from === "operator" ? null : log.queue,
        closed: entry.from === "agent" ? log.closed : null, // who writes in a closed conversation opens it again
      };
    }
    case "part":
      return { ...known, entries: withPiece(log.entries, event.sequence, event.data) };
    case "mode": {
      const entry: ModeEntry = { kind: "mode", sequence: event.sequence, ...event.data };
      return { ...known, mode: event.data.mode, typing: null, queue: null, entries: [...log.entries, entry] };
    }
    case "closed":
      return { ...known, closed: event.data, typing: null, queue: null };
    case "turn":
      return { ...known, turns: [...log.turns, event.data.id] };
  }
}

/** A conversation as its transcript tells it: what was said, without who was in charge when. */
export function logOf(transcript: Transcript): ConversationLog {
  const { messages, mode, status, outcome } = transcript;
  const closed = status === "closed" && outcome !== null ? { outcome, resolution: null, at: messages.at(-1)?.at ?? "" } : null;
  const entries = messages.map((message, index) => entryOf(index + 1, message));
  return { ...EMPTY_LOG, lastSequence: messages.length, entries, mode, closed };
}

export function messagesIn(log: ConversationLog): MessageEntry[] {
  return log.entries.filter((entry) => entry.kind === "message");
}

/** The agent's or operator's last word, while the customer has not answered it. */
export function openQuestion(log: ConversationLog): MessageEntry | null {
  const last = messagesIn(log).at(-1);
  return last !== undefined && last.from !== "customer" && last.complete ? last : null;
}

function entryOf(sequence: number, message: MessageData): MessageEntry {
  const { id, from, text, parts, at } = message;
  return {
    kind: "message",
    sequence,
    id,
    from,
    text,
    parts: parts.length > 0 ? parts : [{ text, kind: "answer", sources: [] }],
    quickReplies: message.quick_replies,
    expects: message.expects ?? null,
    fields: message.fields,
    at,
    turnId: message.turn_id ?? null,
    complete: true,
  };
}

function placed(entries: readonly Entry[], message: MessageEntry): Entry[] {
  const index = entries.findIndex((entry) => entry.kind === "message" && entry.id === message.id);
  return index < 0 ? [...entries, message] : entries.with(index, message);
}

function withPiece(
  entries: readonly Entry[],
  sequence: number,
  piece: { reply_id: string; index: number; part: Part; at: string },
): readonly Entry[] {
  const index = entries.findIndex((entry) => entry.kind === "message" && entry.id === piece.reply_id);
  const before = entries[index];
  if (before?.kind !== "message") {
    return [...entries, started(sequence, piece.reply_id, piece.part, piece.at)];
  }
  if (before.complete) return entries;
  const parts = [...before.parts];
  parts[piece.index] = piece.part;
  return entries.with(index, { ...before, parts: parts.filter((part) => part !== undefined) });
}

function started(sequence: number, id: string, part: Part, at: string): MessageEntry {
  return {
    kind: "message",
    sequence,
    id,
    from: "agent",
    text: part.text,
    parts: [part],
    quickReplies: [],
    expects: null,
    fields: [],
    at,
    turnId: null,
    complete: false,
  };
}
