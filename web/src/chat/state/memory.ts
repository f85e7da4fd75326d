import { newKey } from "../../common/key";
import { Listeners } from "../../common/listeners";

/** A message of the customer that the conversation's log does not show yet. Its `key` is its Idempotency-Key. */
export interface OutgoingMessage {
  key: string;
  text: string;
  /** The values of a form, by slot; the text then tells them in words. */
  form: Record<string, string> | null;
  writtenAt: string;
  /** The end of the log when it was written: the log shows it after this. */
  afterSequence: number;
  /** Known once the server has accepted it. */
  messageId: string | null;
  /** Why the server will not take it; null while it may still go out. */
  refusal: string | null;
}

/** What opens a conversation at the server. */
export interface Access {
  id: string;
  token: string;
}

/** `key` is this browser's own: a conversation begins here before the server knows of it, which is when it gets its `access`. */
export interface RememberedConversation {
  key: string;
  access: Access | null;
  startedAt: string;
  firstLine: string;
  state: "agent" | "human" | "closed";
  outbox: OutgoingMessage[];
  helpful: Record<string, boolean>;
  rated: boolean;
}

/** `conversations`: the newest first. `current`: the key of the one that is being written in. */
interface Remembered {
  conversations: readonly RememberedConversation[];
  current: string | null;
}

const NOTHING: Remembered = { conversations: [], current: null };
const MOST_CONVERSATIONS = 30;

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

  get conversations(): readonly RememberedConversation[] {
    return this.#state.conversations;
  }

  /** The conversation that is being written in; null before the first word. */
  get current(): RememberedConversation | null {
    return this.#find(this.#state.current);
  }

  /** The current conversation, which begins now if there is none. */
  begun(): RememberedConversation {
    const known = this.#latest().current;
    const found = this.#find(known);
    if (found !== null) return found;
    const begun: RememberedConversation = {
      key: newKey(),
      access: null,
      startedAt: new Date().toISOString(),
      firstLine: "",
      state: "agent",
      outbox: [],
      helpful: {},
      rated: false,
    };
    this.#write({ conversations: [begun, ...this.conversations].slice(0, MOST_CONVERSATIONS), current: begun.key });
    return begun;
  }

  /** Makes another conversation the current one, or none: then the next word begins one. */
  turnTo(key: string | null): void {
    this.#write({ ...this.#latest(), current: key });
  }

  change(key: string, change: (conversation: RememberedConversation) => Partial<RememberedConversation>): void {
    const { conversations, current } = this.#latest();
    const changed = conversations.map((each) => (each.key === key ? { ...each, ...change(each) } : each));
    this.#write({ conversations: changed, current });
  }

  forget(key: string): void {
    const { conversations, current } = this.#latest();
    this.#write({ conversations: conversations.filter((each) => each.key !== key), current: current === key ? null : current });
  }

  forgetAll(): void {
    this.#write(NOTHING);
  }

  #find(key: string | null): RememberedConversation | null {
    return this.#state.conversations.find((each) => each.key === key) ?? null;
  }

  #latest(): Remembered {
    this.#state = this.#read();
    return this.#state;
  }

  #write(state: Remembered): void {
    this.#state = state;
    try {
      localStorage.setItem(this.#name, JSON.stringify(state));
    } catch {
      this.#stored = false; // full or forbidden: the page still works, and forgets when it is closed
    }
    this.#listeners.notify();
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
