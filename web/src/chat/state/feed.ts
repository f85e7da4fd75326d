import type { ConversationEvent } from "../../conversation/events";
import { type Connection, follow } from "../../conversation/follow";
import { appended, type ConversationLog, EMPTY_LOG } from "../../conversation/log";
import { Listeners } from "../../common/listeners";
import { newKey } from "../../common/key";
import type { Access } from "./memory";

/** What the tabs that show the same conversation tell each other. */
type Word =
  | { kind: "leading" }
  | { kind: "asking"; tab: string; after: number }
  | { kind: "told"; tab: string; events: ConversationEvent[]; connection: Connection }
  | { kind: "event"; event: ConversationEvent }
  | { kind: "connection"; connection: Connection };

/** No event for this long after the line opened: what came so far was history. */
const SETTLED_AFTER_MS = 250;

/**
 * A conversation as it is told to this page. One tab leads: it holds the connection and passes every event on; the
 * others listen, and ask it for what they missed.
 */
export class Feed {
  log: ConversationLog = EMPTY_LOG;
  connection: Connection = { state: "connecting" };
  /** The history is complete; what comes now is new. */
  settled: boolean;

  readonly #tab = newKey();
  readonly #channel: BroadcastChannel;
  readonly #listeners = new Listeners();
  readonly #told: ConversationEvent[] = [];
  #leading = false;
  #caughtUp = false;
  #settling = 0;

  /** `isNew`: it has no history, since it was opened a moment ago. */
  constructor(
    readonly conversation: Access,
    isNew: boolean,
  ) {
    this.settled = isNew;
    this.#channel = new BroadcastChannel(`casewright.conversation.${conversation.id}`);
    this.#channel.onmessage = ({ data }: MessageEvent<Word>) => this.#hear(data);
    this.#ask();
  }

  readonly subscribe = (listener: () => void) => this.#listeners.add(listener);

  /** Holds the connection for all tabs until `signal` aborts. */
  async lead(signal: AbortSignal): Promise<void> {
    this.#leading = true;
    this.#say({ kind: "leading" });
    const following = { id: this.conversation.id, bearer: this.conversation.token };
    await follow(following, () => this.log.lastSequence, signal, {
      connection: (connection) => {
        this.#say({ kind: "connection", connection });
        this.#connected(connection);
      },
      event: (event) => {
        this.#say({ kind: "event", event });
        this.#take(event);
      },
    });
    if (signal.aborted) this.#leading = false;
  }

  close(): void {
    window.clearTimeout(this.#settling);
    this.#channel.close();
  }

  #hear(word: Word): void {
    if (word.kind === "leading") {
      this.#leading = false; // there is one leader at a time: this tab is no longer it
      this.#ask();
    } else if (this.#leading) {
      if (word.kind === "asking") this.#tell(word.tab, word.after);
    } else if (word.kind === "told" && word.tab === this.#tab) {
      this.#caughtUp = true;
      word.events.forEach((event) => this.#take(event));
      this.#connected(word.connection);
    } else if (word.kind === "event" && this.#caughtUp) this.#take(word.event);
    else if (word.kind === "connection") this.#connected(word.connection);
  }

  #tell(tab: string, after: number): void {
    const events = this.#told.filter((event) => event.sequence !== null && event.sequence > after);
    this.#say({ kind: "told", tab, events, connection: this.connection });
  }

  #ask(): void {
    this.#caughtUp = false;
    this.#say({ kind: "asking", tab: this.#tab, after: this.log.lastSequence });
  }

  #say(word: Word): void {
    this.#channel.postMessage(word);
  }

  #take(event: ConversationEvent): void {
    const before = this.log;
    this.log = appended(before, event);
    if (event.sequence !== null && event.sequence > before.lastSequence) this.#told.push(event);
    if (!this.settled) this.#settleSoon();
    this.#listeners.notify();
  }

  #connected(connection: Connection): void {
    this.connection = connection;
    if (connection.state !== "open") this.log = { ...this.log, typing: null };
    if (connection.state === "open" && !this.settled) this.#settleSoon();
    this.#listeners.notify();
  }

  #settleSoon(): void {
    window.clearTimeout(this.#settling);
    this.#settling = window.setTimeout(() => {
      this.settled = true;
      this.#listeners.notify();
    }, SETTLED_AFTER_MS);
  }
}
