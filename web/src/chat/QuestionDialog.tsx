import { useEffect, useRef } from "react";
import { useTexts } from "../common/TextsContext";

interface Props {
  open: boolean;
  title: string;
  text: string;
  confirm: string;
  onCancel: () => void;
  onConfirm: () => void;
}

/** Asks before something that cannot be taken back. */
export function QuestionDialog({ open, title, text, confirm, onCancel, onConfirm }: Props) {
  const texts = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);

  return (
    <dialog ref={dialog} className="question-dialog" aria-labelledby="question-title" onClose={onCancel}>
      <h2 id="question-title">{title}</h2>
      <p>{text}</p>
      <div className="form-buttons end">
        <button type="button" className="quiet" onClick={onCancel}>
          {texts.cancel}
        </button>
        <button type="button" className="primary" onClick={onConfirm}>
          {confirm}
        </button>
      </div>
    </dialog>
  );
}
