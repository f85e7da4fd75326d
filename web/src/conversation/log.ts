import type { ClosedData, ConversationEvent, Expectation, Mode, Part, QuickReply, Speaker } from "./events";

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
  closed: ClosedData | null;
}

export const EMPTY_LOG: ConversationLog = { lastSequence: 0, entries: [], mode: "agent", typing: null, closed: null };

/** The log after one more event. One that is already in it changes nothing. */
export function appended(log: ConversationLog, event: ConversationEvent): ConversationLog {
  if (event.type === "typing") {
    if (event.data.on) return { ...log, typing: event.data.from };
    return log.typing === event.data.from ? { ...log, typing: null } : log;
  }
  if (event.sequence <= log.lastSequence) return log;
  const known = { ...log, lastSequence: event.sequence };
  switch (event.type) {
    case "message": {
      const { id, from, text, parts, at } = event.data;
      const entry: MessageEntry = {
        kind: "message",
        sequence: event.sequence,
        id,
        from,
        text,
        parts: parts.length > 0 ? parts : [{ text, kind: "answer", sources: [] }],
        quickReplies: event.data.quick_replies,
        expects: event.data.expects ?? null,
        at,
        turnId: event.data.turn_id ?? null,
        complete: true,
      };
      return {
        ...known,
        entries: placed(log.entries, entry),
        typing: log.typing === from ? null : log.typing,
        closed: from === "agent" ? log.closed : null, // who writes in a closed conversation opens it again
      };
    }
    case "part":
      return { ...known, entries: withPiece(log.entries, event.sequence, event.data) };
    case "mode": {
      const entry: ModeEntry = { kind: "mode", sequence: event.sequence, ...event.data };
      return { ...known, mode: event.data.mode, typing: null, entries: [...log.entries, entry] };
    }
    case "closed":
      return { ...known, closed: event.data, typing: null };
  }
}

export function messagesIn(log: ConversationLog): MessageEntry[] {
  return log.entries.filter((entry) => entry.kind === "message");
}

/** The agent's or operator's last word, while the customer has not answered it. */
export function openQuestion(log: ConversationLog): MessageEntry | null {
  const last = messagesIn(log).at(-1);
  return last !== undefined && last.from !== "customer" && last.complete ? last : null;
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
    at,
    turnId: null,
    complete: false,
  };
}
