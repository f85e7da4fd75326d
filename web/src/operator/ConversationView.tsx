import { type FormEvent, type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";
import { Failure } from "../api/failure";
import type { Connection } from "../conversation/follow";
import { type ConversationLog, type Entry, type MessageEntry, messagesIn } from "../conversation/log";
import { MessageBody } from "../conversation/MessageBody";
import type { QuotedSource } from "../conversation/sources";
import { SourcePanel } from "../conversation/SourcePanel";
import { WrittenText } from "../conversation/WrittenText";
import { BackIcon, InspectIcon } from "../common/icons";
import { INSPECT_BUTTON } from "../inspector/Inspector";
import { useApprovals, useModeChange, useReply, useSummary } from "./api";
import { ApprovalCard } from "./ApprovalCard";
import { addressOf } from "./places";
import { Trouble } from "./Trouble";
import { reasonInWords } from "./words";

interface Props {
  id: string;
  log: ConversationLog;
  connection: Connection;
  /** The turn that is looked into. */
  openTurn: string | null;
  inspected: boolean;
  onInspect: () => void;
}

/** A conversation live: what was said, who is in charge, a box to answer. */
export function ConversationView({ id, log, connection, openTurn, inspected, onInspect }: Props) {
  const [openedSource, setOpenedSource] = useState<QuotedSource | null>(null);
  const approvals = useApprovals("pending").data?.filter((approval) => approval.conversation_id === id) ?? [];
  const scroller = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  }, [log.entries.length, approvals.length]);

  if (connection.state === "refused") {
    return (
      <div className="nothing-open">
        <p>This conversation does not exist, or belongs to another company.</p>
        <a href={addressOf({ name: "inbox" })}>Back to the inbox</a>
      </div>
    );
  }
  return (
    <section className="conversation" aria-labelledby="conversation-title">
      <ConversationHeader id={id} log={log} inspected={inspected} onInspect={onInspect} />
      {connection.state === "waiting" && (
        <p className="trouble" role="status">
          The connection is interrupted. Trying again…
        </p>
      )}
      <div className="conversation-scroller" ref={scroller} tabIndex={0} role="region" aria-label="Conversation">
        {log.entries.length === 0 && <div className="skeleton" aria-busy="true" />}
        <div role="log" aria-live="polite" aria-label="Messages">
          {log.entries.map((entry) => (
            <EntryView
              key={entry.kind === "message" ? entry.id : entry.sequence}
              entry={entry}
              conversationId={id}
              openTurn={openTurn}
              onOpenSource={setOpenedSource}
            />
          ))}
        </div>
        {log.typing === "agent" && <p className="faint">The agent is writing…</p>}
        {approvals.map((approval) => (
          <ApprovalCard key={approval.id} approval={approval} />
        ))}
        {log.closed !== null && (
          <p className="mode-line">
            Closed: {log.closed.outcome.replaceAll("_", " ")}
            {log.closed.resolution !== null && `, ${log.closed.resolution}`}
          </p>
        )}
      </div>
      {log.closed === null && <ReplyBox id={id} log={log} />}
      <SourcePanel opened={openedSource} onClose={() => setOpenedSource(null)} />
    </section>
  );
}

function ConversationHeader({ id, log, inspected, onInspect }: Pick<Props, "id" | "log" | "inspected" | "onInspect">) {
  const summary = useSummary(id);
  const change = useModeChange(id);
  const human = log.mode === "human";
  return (
    <header className="conversation-header">
      <a className="quiet round back" href={addressOf({ name: "inbox" })} aria-label="Back to the inbox">
        <BackIcon />
      </a>
      <div>
        <h2 id="conversation-title" dir="auto">{summary?.topic ?? "Conversation"}</h2>
        <p className="faint">
          {log.closed !== null ? "Closed" : human ? "A person is in charge" : "The agent is in charge"}
          {summary?.case != null && (
            <>
              {" · "}
              <a href={summary.case.url} target="_blank" rel="noopener noreferrer">
                Case {summary.case.number}
              </a>
            </>
          )}
        </p>
      </div>
      <button
        id={INSPECT_BUTTON}
        type="button"
        className="quiet inspect-button"
        aria-pressed={inspected}
        onClick={onInspect}
      >
        <InspectIcon size={18} />
        <span className="words">Inspector</span>
      </button>
      {log.closed === null && messagesIn(log).length > 0 && (
        <button
          type="button"
          className="outlined"
          disabled={change.isPending}
          onClick={() => change.mutate(human ? "agent" : "human")}
        >
          {human ? "Give back to the agent" : "Take over"}
        </button>
      )}
      {change.isError && <Trouble failure={Failure.of(change.error)} />}
    </header>
  );
}

interface EntryProps {
  entry: Entry;
  conversationId: string;
  openTurn: string | null;
  onOpenSource: (opened: QuotedSource) => void;
}

function EntryView({ entry, conversationId, openTurn, onOpenSource }: EntryProps) {
  if (entry.kind === "mode") {
    return (
      <p className={`mode-line ${entry.mode}`}>
        {entry.mode === "human" ? "A person is in charge" : "The agent is in charge"}
        {entry.reason !== null && `: ${reasonInWords(entry.reason)}`}
      </p>
    );
  }
  return (
    <article className={`message first ${entry.from}`}>
      <header className="message-header">
        <span className="speaker">{speakerOf(entry)}</span>
        <time dateTime={entry.at}>{new Date(entry.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}</time>
        {entry.turnId !== null && (
          <a
            href={addressOf({ name: "conversation", id: conversationId, turn: entry.turnId })}
            aria-current={entry.turnId === openTurn ? "true" : undefined}
          >
            How it came about
          </a>
        )}
      </header>
      <div className="bubble">
        {entry.from === "customer" ? (
          <WrittenText text={entry.text} />
        ) : (
          <MessageBody parts={entry.parts} onOpenSource={onOpenSource} />
        )}
      </div>
    </article>
  );
}

function speakerOf(entry: MessageEntry): string {
  return { customer: "Customer", agent: "Agent", operator: "Support team" }[entry.from];
}

/** What was written and not sent, by conversation, while the page is open. */
const drafts = new Map<string, string>();

function ReplyBox({ id, log }: { id: string; log: ConversationLog }) {
  const [text, setText] = useState(drafts.get(id) ?? "");
  const reply = useReply(id);

  const write = (written: string) => {
    drafts.set(id, written);
    setText(written);
  };
  const send = () => {
    if (text.trim() === "" || reply.isPending) return;
    reply.mutate(text.trim(), { onSuccess: () => write("") });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };

  return (
    <form
      className="reply-box"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        send();
      }}
    >
      {reply.isError && <Trouble failure={Failure.of(reply.error)} onRetry={send} />}
      <label className="field">
        <span>{log.mode === "agent" ? "Reply (takes the conversation over from the agent)" : "Reply"}</span>
        <textarea
          rows={3}
          dir="auto"
          value={text}
          readOnly={reply.isPending}
          onKeyDown={onKeyDown}
          onChange={(event) => write(event.target.value)}
        />
      </label>
      <div className="actions">
        <span className="faint">Enter sends, Shift+Enter starts a new line</span>
        <button type="submit" className="primary" disabled={text.trim() === "" || reply.isPending}>
          Send
        </button>
      </div>
    </form>
  );
}
