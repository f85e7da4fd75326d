import { useState } from "react";
import { Failure } from "../api/failure";
import { type Approval, useDecision } from "./api";
import { addressOf } from "./places";
import { Trouble } from "./Trouble";
import { ago } from "./words";

/** Something the agent may do only when a person allows it. */
export function ApprovalCard({ approval, linked = false }: { approval: Approval; linked?: boolean }) {
  const decision = useDecision();
  const [note, setNote] = useState("");
  const decide = (word: "approve" | "reject") =>
    decision.mutate({ id: approval.id, decision: word, note: note.trim() });
  return (
    <article className="card approval-card" aria-label={`Approval: ${approval.summary}`}>
      <header>
        <h3 dir="auto">{approval.summary}</h3>
        <p className="faint">
          <code>{approval.action}</code> · asked {ago(approval.requested_at, Date.now())}
          {linked && (
            <>
              {" · "}
              <a href={addressOf({ name: "conversation", id: approval.conversation_id, turn: null })}>the conversation</a>
            </>
          )}
        </p>
      </header>
      <dl className="facts">
        {Object.entries(approval.arguments).map(([name, value]) => (
          <div key={name}>
            <dt>{name.replaceAll("_", " ")}</dt>
            <dd dir="auto">{String(value)}</dd>
          </div>
        ))}
      </dl>
      {approval.status === "pending" ? (
        <>
          <label className="field">
            Note (optional)
            <input type="text" value={note} onChange={(event) => setNote(event.target.value)} />
          </label>
          <div className="actions">
            <button type="button" className="outlined" disabled={decision.isPending} onClick={() => decide("reject")}>
              Reject
            </button>
            <button type="button" className="primary" disabled={decision.isPending} onClick={() => decide("approve")}>
              Approve
            </button>
          </div>
        </>
      ) : (
        <p className={`tag ${approval.status}`}>
          {approval.status}
          {approval.decided_at !== null && `, ${ago(approval.decided_at, Date.now())}`}
        </p>
      )}
      {decision.isError && <Trouble failure={Failure.of(decision.error)} />}
    </article>
  );
}
