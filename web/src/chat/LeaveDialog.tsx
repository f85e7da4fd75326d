import { useEffect, useRef } from "react";
import { useTexts } from "../common/TextsContext";

/** Asks before an open conversation is left. */
export function LeaveDialog({ open, onCancel, onLeave }: { open: boolean; onCancel: () => void; onLeave: () => void }) {
  const texts = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);

  return (
    <dialog ref={dialog} className="question-dialog" aria-labelledby="leave-title" onClose={onCancel}>
      <h2 id="leave-title">{texts.newConversationSure}</h2>
      <p>{texts.newConversationText}</p>
      <div className="actions">
        <button type="button" className="quiet" onClick={onCancel}>
          {texts.cancel}
        </button>
        <button type="button" className="primary" onClick={onLeave}>
          {texts.newConversation}
        </button>
      </div>
    </dialog>
  );
}
