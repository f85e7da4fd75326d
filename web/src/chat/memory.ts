import { Listeners } from "../common/listeners";

/** A message of the customer that the conversation's log does not show yet. Its `key` is its Idempotency-Key. */
export interface OutgoingMessage {
  key: string;
  text: string;
  writtenAt: string;
  /** The end of the log when it was written: the log shows it after this. */
  afterSequence: number;
  /** Known once the server has accepted it. */
  messageId: string | null;
  /** Why the server will not take it; null while it may still go out. */
  refusal: string | null;
}

export interface KnownConversation {
  id: string;
  token: string;
}

interface Remembered {
  conversation: KnownConversation | null;
  outbox: OutgoingMessage[];
  draft: string;
  helpful: Record<string, boolean>;
  rated: boolean;
}

const NOTHING: Remembered = { conversation: null, outbox: [], draft: "", helpful: {}, rated: false };

/**
 * What this browser remembers of a site's chat, so that a reload, a crash or an hour offline loses nothing. Kept in
 * `localStorage` under the publishable key and shared by all tabs; without storage it lives as long as the page.
 */
export class Memory {
  readonly #name: string;
  readonly #listeners = new Listeners();
  #state: Remembered = NOTHING;
  #stored = true;

  constructor(publishableKey: string) {
    this.#name = `casewright.chat.${publishableKey}`;
    this.#state = this.#read();
    window.addEventListener("storage", (event) => {
      if (event.key !== this.#name) return;
      this.#state = this.#read();
      this.#listeners.notify();
    });
  }

  readonly subscribe = (listener: () => void) => this.#listeners.add(listener);

  readonly current = (): Readonly<Remembered> => this.#state;

  update(change: Partial<Remembered>): void {
    this.#state = { ...this.#read(), ...change };
    try {
      localStorage.setItem(this.#name, JSON.stringify(this.#state));
    } catch {
      this.#stored = false; // full or forbidden: the page still works, and forgets when it is closed
    }
    this.#listeners.notify();
  }

  updateOutbox(change: (outbox: readonly OutgoingMessage[]) => OutgoingMessage[]): void {
    this.update({ outbox: change(this.#read().outbox) });
  }

  #read(): Remembered {
    if (!this.#stored) return this.#state;
    try {
      const stored = localStorage.getItem(this.#name);
      return stored === null ? NOTHING : { ...NOTHING, ...(JSON.parse(stored) as Partial<Remembered>) };
    } catch {
      return this.#state;
    }
  }
}
