import type { Failure } from "../api/failure";

/** What went wrong, and a way to try again. */
export function Trouble({ failure, onRetry }: { failure: Failure; onRetry?: () => void }) {
  return (
    <div className="trouble" role="alert">
      <span>{failure.detail}</span>
      {onRetry !== undefined && (
        <button type="button" className="quiet small" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
