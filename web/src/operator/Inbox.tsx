import { useState } from "react";
import { Failure } from "../api/failure";
import { type InboxItem, type ModeFilter, useInbox } from "./api";
import { addressOf } from "./places";
import { Trouble } from "./Trouble";
import { ago, elapsed, percent, reasonInWords } from "./words";

const FILTERS: [ModeFilter, string][] = [
  ["all", "All"],
  ["human", "With people"],
  ["agent", "With the agent"],
];

const NOTEWORTHY_FRUSTRATION = 0.3;

/** The conversations: who waits for a person first, longest waiting on top; then the latest. */
export function Inbox({ openId }: { openId: string | null }) {
  const [filter, setFilter] = useState<ModeFilter>("all");
  const inbox = useInbox(filter);
  const items = waitingFirst(inbox.data?.pages.flatMap((page) => page.items) ?? []);
  return (
    <section className="inbox" aria-labelledby="inbox-title">
      <header>
        <h2 id="inbox-title">Inbox</h2>
        <fieldset className="segments">
          <legend className="visually-hidden">Show</legend>
          {FILTERS.map(([mode, label]) => (
            <label key={mode}>
              <input type="radio" name="filter" checked={mode === filter} onChange={() => setFilter(mode)} />
              <span>{label}</span>
            </label>
          ))}
        </fieldset>
      </header>
      {inbox.isError && <Trouble failure={Failure.of(inbox.error)} onRetry={() => void inbox.refetch()} />}
      {inbox.isPending && <div className="skeleton" aria-busy="true" />}
      {inbox.isSuccess && items.length === 0 && <p className="faint empty">{emptiness(filter)}</p>}
      <ul className="inbox-items">
        {items.map((item) => (
          <li key={item.conversation_id}>
            <Row item={item} open={item.conversation_id === openId} />
          </li>
        ))}
      </ul>
      {inbox.hasNextPage && (
        <button type="button" className="outlined" disabled={inbox.isFetchingNextPage} onClick={() => void inbox.fetchNextPage()}>
          Show more
        </button>
      )}
    </section>
  );
}

function Row({ item, open }: { item: InboxItem; open: boolean }) {
  const now = Date.now();
  return (
    <a
      className={`row ${item.waiting_since !== null ? "waits" : ""}`}
      href={addressOf({ name: "conversation", id: item.conversation_id, turn: null })}
      aria-current={open ? "true" : undefined}
    >
      <span className="row-head">
        <strong dir="auto">{item.topic ?? "No topic yet"}</strong>
        <time dateTime={item.updated_at}>{ago(item.updated_at, now)}</time>
      </span>
      <span className="row-text" dir="auto">
        {item.last_from !== "customer" && <span>{item.last_from === "agent" ? "Agent: " : "You: "}</span>}
        {item.last_message}
      </span>
      <span className="tags">
        {item.waiting_since !== null && <span className="tag waits">waiting {elapsed(item.waiting_since, now)}</span>}
        {item.status === "closed" && <span className="tag">closed</span>}
        {item.mode === "human" && <span className="tag person">{item.reason === null ? "with people" : reasonInWords(item.reason)}</span>}
        {item.pending_approvals > 0 && <span className="tag waits">needs approval</span>}
        {item.frustration >= NOTEWORTHY_FRUSTRATION && <span className="tag hot">frustration {percent(item.frustration)}</span>}
        {item.case !== null && <span className="tag">case {item.case.number}</span>}
        <span className="tag">{item.language}</span>
      </span>
    </a>
  );
}

function emptiness(filter: ModeFilter): string {
  if (filter === "human") return "Nobody is waiting for a person.";
  return filter === "agent" ? "The agent is talking with nobody." : "No conversations yet. They appear here as customers write.";
}

function waitingFirst(items: readonly InboxItem[]): InboxItem[] {
  return items.toSorted((one, other) => {
    if (one.waiting_since !== null && other.waiting_since !== null) return one.waiting_since.localeCompare(other.waiting_since);
    if (one.waiting_since !== null || other.waiting_since !== null) return one.waiting_since !== null ? -1 : 1;
    return other.updated_at.localeCompare(one.updated_at);
  });
}
