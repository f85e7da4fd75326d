import { bodyOf, type Client, clientFor } from "../../api/client";
import { Failure } from "../../api/failure";
import type { components } from "../../api/schema";
import type { Connection } from "../../conversation/follow";
import { type ConversationLog, EMPTY_LOG, logOf, messagesIn } from "../../conversation/log";
import { newKey } from "../../common/key";
import { Listeners } from "../../common/listeners";
import { exclusively, inOneTab } from "../../common/oneTab";
import { aborted, backoffMs, fullPause, hurryUp, pause } from "../../common/patience";
import { hostPage, timeZone } from "../hostPage";
import { Draft } from "./draft";
import { Feed } from "./feed";
import { type Access, Memory, type OutgoingMessage, type RememberedConversation } from "./memory";
import { notInLog, settled } from "./outbox";

export interface Rating {
  stars: number;
  comment: string;
}

/** A delivery that has to wait: until when (ms since the epoch), and whether a limit of the server is why. */
export interface Delay {
  until: number;
  limited: boolean;
}

/** All that the page shows of the chat. `connection` is null before there is a conversation. */
export interface ChatState {
  log: ConversationLog;
  begun: boolean;
  historyComplete: boolean;
  connection: Connection | null;
  outgoing: readonly OutgoingMessage[];
  delay: Delay | null;
  helpful: Readonly<Record<string, boolean>>;
  rated: boolean;
  /** All of this browser's, the newest first, and the key of the one that is shown. */
  conversations: readonly RememberedConversation[];
  current: string | null;
}

/**
 * A customer's chat with a site: opens the conversation at the first word, delivers, listens, and forgets nothing. Whoever
 * writes to `draft` types into the page; `send` is what its button does.
 */
export class ChatSession {
  readonly memory: Memory;
  readonly draft: Draft;
  readonly #name: string;
  readonly #site: Client;
  readonly #listeners = new Listeners();
  #language = "";
  #openedHere = "";
  #feed: Feed | null = null;
  #delay: Delay | null = null;
  #state: ChatState;

  constructor(publishableKey: string) {
    this.#name = `casewright.${publishableKey}`;
    this.#site = clientFor(publishableKey);
    this.memory = new Memory(publishableKey);
    this.draft = new Draft(publishableKey);
    this.memory.subscribe(() => this.#remembered());
    this.#state = this.#view();
    this.#remembered();
  }

  readonly subscribe = (listener: () => void) => this.#listeners.add(listener);

  readonly current = (): ChatState => this.#state;

  /** Keeps the conversation going until `signal` aborts, in one of the browser's tabs at a time. */
  run(signal: AbortSignal): Promise<void> {
    return inOneTab(this.#name, async (working) => void (await Promise.all([this.#listen(working), this.#deliver(working)])), signal);
  }

  /** The language in which the next conversation begins. */
  speak(language: string): void {
    this.#language = language;
  }

  send(text: string): void {
    this.#enqueue(text, null);
  }

  /** Answers a form: values by slot, and the same in words. */
  fillIn(values: Record<string, string>, words: string): void {
    this.#enqueue(words, values);
  }

  discard(key: string): void {
    this.#changeOutbox((outbox) => outbox.filter((outgoing) => outgoing.key !== key));
  }

  /** Throws `Failure`. */
  async askForPerson(): Promise<void> {
    const { id, token } = await this.#access(this.memory.begun().key);
    await bodyOf(clientFor(token).POST("/v1/conversations/{conversation_id}/handoff", { params: { path: { conversation_id: id } } }));
  }

  /** Throws `Failure`. */
  async rate({ stars, comment }: Rating): Promise<void> {
    const { key } = this.memory.begun();
    await this.#feedback(key, { rating: stars, comment });
    this.memory.change(key, () => ({ rated: true }));
  }

  /** Throws `Failure`. */
  async judge(messageId: string, helpful: boolean, comment = ""): Promise<void> {
    const { key } = this.memory.begun();
    await this.#feedback(key, { helpful, message_id: messageId, comment });
    this.memory.change(key, (conversation) => ({ helpful: { ...conversation.helpful, [messageId]: helpful } }));
  }

  /** Leaves the conversation as it is. What was not delivered goes into the new one if `carry` says so. */
  startOver(carry: "nothing" | "undelivered"): void {
    const left = this.memory.current;
    this.memory.turnTo(null);
    if (carry === "nothing" || left === null) return;
    const carried = left.outbox
      .filter((outgoing) => outgoing.messageId === null)
      .map((outgoing) => ({ ...outgoing, key: newKey(), form: null, afterSequence: 0, refusal: null }));
    this.memory.change(left.key, () => ({ outbox: [] }));
    if (carried.length === 0) return;
    this.memory.change(this.memory.begun().key, () => ({ outbox: carried }));
    hurryUp();
  }

  /** The log of a remembered conversation, to be read. Throws `Failure`. */
  async reread({ id, token }: Access): Promise<ConversationLog> {
    const path = { conversation_id: id };
    return logOf(await bodyOf(clientFor(token).GET("/v1/conversations/{conversation_id}/transcript", { params: { path } })));
  }

  #enqueue(text: string, form: Record<string, string> | null): void {
    const outgoing: OutgoingMessage = {
      key: newKey(),
      text,
      form,
      writtenAt: new Date().toISOString(),
      afterSequence: this.#state.log.lastSequence,
      messageId: null,
      refusal: null,
    };
    this.memory.begun();
    this.#changeOutbox((outbox) => [...outbox, outgoing]);
    hurryUp();
  }

  #changeOutbox(change: (outbox: readonly OutgoingMessage[]) => OutgoingMessage[]): void {
    const { current } = this.memory;
    if (current !== null) this.memory.change(current.key, ({ outbox }) => ({ outbox: change(outbox) }));
  }

  async #feedback(key: string, given: components["schemas"]["FeedbackRequest"]): Promise<void> {
    const { id, token } = await this.#access(key);
    try {
      await clientFor(token).POST("/v1/conversations/{conversation_id}/feedback", {
        params: { path: { conversation_id: id } },
        body: given,
      });
    } catch (error) {
      throw Failure.of(error);
    }
  }

  /** What opens a conversation at the server, where it is opened now if it was not yet. */
  #access(key: string): Promise<Access> {
    return exclusively(`${this.#name}.opening`, async () => {
      const known = this.memory.conversations.find((each) => each.key === key)?.access ?? null;
      if (known !== null) return known;
      const opened = await bodyOf(
        this.#site.POST("/v1/conversations", {
          body: { language: this.#language, time_zone: timeZone(), page: hostPage() },
        }),
      );
      this.#openedHere = opened.id;
      this.memory.change(key, () => ({ access: opened }));
      return opened;
    });
  }

  async #listen(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const feed = this.#feed;
      const changed = new AbortController();
      const forget = this.memory.subscribe(() => {
        if (this.#feed !== feed) changed.abort();
      });
      const listening = AbortSignal.any([signal, changed.signal]);
      if (feed !== null) await feed.lead(listening);
      await aborted(listening);
      forget();
    }
  }

  async #deliver(signal: AbortSignal): Promise<void> {
    let attempt = 0;
    while (!signal.aborted) {
      const { current } = this.memory;
      const next = current?.outbox.find(({ messageId, refusal }) => messageId === null && refusal === null);
      if (current === null || next === undefined) {
        await this.#somethingToDeliver(signal);
        continue;
      }
      const failure = await this.#delivered(current.key, next);
      if (failure === null) {
        attempt = 0;
        continue;
      }
      const wait = Math.max(backoffMs(attempt), failure.retryAfterMs ?? 0);
      const limited = failure.remedy === "wait";
      attempt += 1;
      this.#delayed({ until: Date.now() + wait, limited });
      await (limited ? fullPause(wait, signal) : pause(wait, signal));
      this.#delayed(null);
    }
  }

  /** The failure after which the same delivery is to be tried again, else null. */
  async #delivered(key: string, outgoing: OutgoingMessage): Promise<Failure | null> {
    try {
      const { id, token } = await this.#access(key);
      const accepted = await bodyOf(
        clientFor(token).POST("/v1/conversations/{conversation_id}/messages", {
          params: { path: { conversation_id: id }, header: { "idempotency-key": outgoing.key } },
          body: outgoing.form === null ? { text: outgoing.text } : { text: "", form: outgoing.form },
        }),
      );
      this.#note(key, outgoing, { messageId: accepted.message_id });
      return null;
    } catch (error) {
      const failure = Failure.of(error);
      if (failure.remedy === "retry" || failure.remedy === "wait") return failure;
      this.#note(key, outgoing, { refusal: failure.detail });
      return null;
    }
  }

  #note(key: string, delivered: OutgoingMessage, outcome: Partial<OutgoingMessage>): void {
    const { log } = this.#state; // which may show the message before its acknowledgement comes
    this.memory.change(key, ({ outbox }) => ({
      outbox: outbox
        .map((outgoing) => (outgoing.key === delivered.key ? { ...outgoing, ...outcome } : outgoing))
        .filter((outgoing) => !settled(outgoing, log)),
    }));
  }

  #somethingToDeliver(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        forget();
        signal.removeEventListener("abort", done);
        resolve();
      };
      const forget = this.memory.subscribe(done);
      signal.addEventListener("abort", done);
      if (signal.aborted) done();
    });
  }

  #delayed(delay: Delay | null): void {
    this.#delay = delay;
    this.#changed();
  }

  #remembered(): void {
    const access = this.memory.current?.access ?? null;
    if (access?.id !== this.#feed?.conversation.id) {
      this.#feed?.close();
      this.#feed = access === null ? null : new Feed(access, access.id === this.#openedHere);
      this.#feed?.subscribe(() => this.#heard());
    }
    this.#changed();
  }

  /** Keeps what the list of conversations says of this one, and drops what the log shows now. */
  #heard(): void {
    const { current } = this.memory;
    const log = this.#feed?.log ?? EMPTY_LOG;
    const state = log.closed === null ? log.mode : "closed";
    const firstLine = firstLineOf(log) || (current?.firstLine ?? "");
    const known = !this.#feed?.settled || (current?.state === state && current.firstLine === firstLine);
    if (current !== null && (!known || current.outbox.some((outgoing) => settled(outgoing, log)))) {
      this.memory.change(current.key, ({ outbox }) => ({
        ...(!known && { state, firstLine }),
        outbox: outbox.filter((outgoing) => !settled(outgoing, log)),
      }));
    } else {
      this.#changed();
    }
  }

  #changed(): void {
    this.#state = this.#view();
    this.#listeners.notify();
  }

  #view(): ChatState {
    const { current, conversations } = this.memory;
    const outbox = current?.outbox ?? [];
    const log = this.#feed?.log ?? EMPTY_LOG;
    return {
      log,
      begun: this.#feed !== null || outbox.length > 0,
      historyComplete: this.#feed === null || this.#feed.settled,
      connection: this.#feed?.connection ?? null,
      outgoing: notInLog(outbox, log),
      delay: this.#delay,
      helpful: current?.helpful ?? {},
      rated: current?.rated ?? false,
      conversations,
      current: current?.key ?? null,
    };
  }
}

const LONGEST_FIRST_LINE = 120;

function firstLineOf(log: ConversationLog): string {
  const first = messagesIn(log).find((message) => message.from === "customer")?.text ?? "";
  return first.trim().split("\n")[0]?.slice(0, LONGEST_FIRST_LINE) ?? "";
}
