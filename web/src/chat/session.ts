import { bodyOf, type Client, clientFor } from "../api/client";
import { Failure } from "../api/failure";
import type { components } from "../api/schema";
import type { Connection } from "../conversation/follow";
import { type ConversationLog, EMPTY_LOG } from "../conversation/log";
import { newKey } from "../common/key";
import { Listeners } from "../common/listeners";
import { exclusively, inOneTab } from "../common/oneTab";
import { aborted, backoffMs, fullPause, hurryUp, pause } from "../common/patience";
import { Feed } from "./feed";
import { type KnownConversation, Memory, type OutgoingMessage } from "./memory";
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
}

/** A customer's chat with a site: opens the conversation at the first word, delivers, listens, and forgets nothing. */
export class ChatSession {
  readonly memory: Memory;
  readonly #name: string;
  readonly #site: Client;
  readonly #listeners = new Listeners();
  #feed: Feed | null = null;
  #delay: Delay | null = null;
  #state: ChatState;

  constructor(
    publishableKey: string,
    private readonly language: () => string,
  ) {
    this.#name = `casewright.${publishableKey}`;
    this.#site = clientFor(publishableKey);
    this.memory = new Memory(publishableKey);
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

  send(text: string): void {
    const outgoing: OutgoingMessage = {
      key: newKey(),
      text,
      writtenAt: new Date().toISOString(),
      afterSequence: this.#state.log.lastSequence,
      messageId: null,
      refusal: null,
    };
    this.memory.updateOutbox((outbox) => [...outbox, outgoing]);
    hurryUp();
  }

  discard(key: string): void {
    this.memory.updateOutbox((outbox) => outbox.filter((outgoing) => outgoing.key !== key));
  }

  /** Throws `Failure`. */
  async askForPerson(): Promise<void> {
    const { id, token } = await this.#conversation();
    await bodyOf(clientFor(token).POST("/v1/conversations/{conversation_id}/handoff", { params: { path: { conversation_id: id } } }));
  }

  /** Throws `Failure`. */
  async rate({ stars, comment }: Rating): Promise<void> {
    await this.#feedback({ rating: stars, comment });
    this.memory.update({ rated: true });
  }

  /** Throws `Failure`. */
  async judge(messageId: string, helpful: boolean): Promise<void> {
    await this.#feedback({ helpful, message_id: messageId, comment: "" });
    this.memory.update({ helpful: { ...this.memory.current().helpful, [messageId]: helpful } });
  }

  /** Leaves the conversation as it is. What was not delivered goes into the new one if `carry` says so. */
  startOver(carry: "nothing" | "undelivered"): void {
    const undelivered = this.memory.current().outbox.filter((outgoing) => outgoing.messageId === null);
    this.memory.update({
      conversation: null,
      helpful: {},
      rated: false,
      outbox:
        carry === "nothing"
          ? []
          : undelivered.map((outgoing) => ({ ...outgoing, key: newKey(), afterSequence: 0, refusal: null })),
    });
  }

  async #feedback(given: components["schemas"]["FeedbackRequest"]): Promise<void> {
    const { id, token } = await this.#conversation();
    try {
      await clientFor(token).POST("/v1/conversations/{conversation_id}/feedback", {
        params: { path: { conversation_id: id } },
        body: given,
      });
    } catch (error) {
      throw Failure.of(error);
    }
  }

  #conversation(): Promise<KnownConversation> {
    return exclusively(`${this.#name}.opening`, async () => {
      const known = this.memory.current().conversation;
      if (known !== null) return known;
      const opened = await bodyOf(
        this.#site.POST("/v1/conversations", {
          body: {
            language: this.language(),
            time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
            page: window.location.origin + window.location.pathname,
          },
        }),
      );
      this.memory.update({ conversation: opened });
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
      const next = this.memory.current().outbox.find(({ messageId, refusal }) => messageId === null && refusal === null);
      if (next === undefined) {
        await this.#somethingToDeliver(signal);
        continue;
      }
      const failure = await this.#delivered(next);
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
  async #delivered(outgoing: OutgoingMessage): Promise<Failure | null> {
    try {
      const { id, token } = await this.#conversation();
      const accepted = await bodyOf(
        clientFor(token).POST("/v1/conversations/{conversation_id}/messages", {
          params: { path: { conversation_id: id }, header: { "idempotency-key": outgoing.key } },
          body: { text: outgoing.text },
        }),
      );
      this.#note(outgoing.key, { messageId: accepted.message_id });
      return null;
    } catch (error) {
      const failure = Failure.of(error);
      if (failure.remedy === "retry" || failure.remedy === "wait") return failure;
      this.#note(outgoing.key, { refusal: failure.detail });
      return null;
    }
  }

  #note(key: string, outcome: Partial<OutgoingMessage>): void {
    const { log } = this.#state; // which may show the message before its acknowledgement comes
    this.memory.updateOutbox((outbox) =>
      outbox
        .map((outgoing) => (outgoing.key === key ? { ...outgoing, ...outcome } : outgoing))
        .filter((outgoing) => !settled(outgoing, log)),
    );
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
    const known = this.memory.current().conversation;
    if (known?.id !== this.#feed?.conversation.id) {
      this.#feed?.close();
      this.#feed = known === null ? null : new Feed(known);
      this.#feed?.subscribe(() => this.#heard());
    }
    this.#changed();
  }

  #heard(): void {
    const log = this.#feed?.log ?? EMPTY_LOG;
    if (this.memory.current().outbox.some((outgoing) => settled(outgoing, log))) {
      this.memory.updateOutbox((outbox) => outbox.filter((outgoing) => !settled(outgoing, log)));
    } else {
      this.#changed();
    }
  }

  #changed(): void {
    this.#state = this.#view();
    this.#listeners.notify();
  }

  #view(): ChatState {
    const { outbox, helpful, rated } = this.memory.current();
    const log = this.#feed?.log ?? EMPTY_LOG;
    return {
      log,
      begun: this.#feed !== null || outbox.length > 0,
      historyComplete: this.#feed === null || this.#feed.settled,
      connection: this.#feed?.connection ?? null,
      outgoing: notInLog(outbox, log),
      delay: this.#delay,
      helpful,
      rated,
    };
  }
}
