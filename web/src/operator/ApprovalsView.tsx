import { useState } from "react";
import { Failure } from "../api/failure";
import { useApprovals } from "./api";
import { ApprovalCard } from "./ApprovalCard";
import { Trouble } from "./Trouble";

/** What waits for a person's yes; on request also what was decided. */
export function ApprovalsView() {
  const [all, setAll] = useState(false);
  const approvals = useApprovals(all ? "all" : "pending");
  return (
    <section className="approvals" aria-labelledby="approvals-title">
      <header>
        <h2 id="approvals-title">Approvals</h2>
        <label className="check">
          <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} />
          Show decided ones
        </label>
      </header>
      {approvals.isError && <Trouble failure={Failure.of(approvals.error)} onRetry={() => void approvals.refetch()} />}
      {approvals.isPending && <div className="skeleton" aria-busy="true" />}
      {approvals.data?.length === 0 && <p className="faint empty">Nothing waits for an approval.</p>}
      {approvals.data?.map((approval) => (
        <ApprovalCard key={approval.id} approval={approval} linked />
      ))}
    </section>
  );
}
