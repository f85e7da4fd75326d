import { type FormEvent, useState } from "react";
import type { ClosedData } from "../conversation/events";
import { CheckIcon, DownloadIcon, StarIcon } from "../common/icons";
import { useTexts } from "../common/TextsContext";
import type { Texts } from "../common/texts";
import type { Rating } from "./state/session";

interface Props {
  closed: ClosedData;
  rated: boolean;
  /** Throws when it fails. */
  onRate: (rating: Rating) => Promise<void>;
  onDownload: () => void;
  onNewConversation: () => void;
}

/** The end: how it ended, how it was, and a way to go on. */
export function Closing({ closed, rated, onRate, onDownload, onNewConversation }: Props) {
  const texts = useTexts();
  return (
    <section className="closing">
      <p className="mode-line">{closingInWords(closed, texts)}</p>
      {rated ? (
        <p className="thanks" role="status">
          <CheckIcon size={18} />
          {texts.ratingThanks}
        </p>
      ) : (
        <RatingForm onRate={onRate} />
      )}
      <div className="form-buttons">
        <button type="button" className="outlined" onClick={onNewConversation}>
          {texts.newConversation}
        </button>
        <button type="button" className="quiet" onClick={onDownload}>
          <DownloadIcon size={18} />
          {texts.download}
        </button>
      </div>
    </section>
  );
}

export function closingInWords(closed: ClosedData, texts: Texts): string {
  if (closed.resolution === "assumed" || closed.outcome === "abandoned") return texts.closedAssumed;
  return closed.outcome === "resolved" ? texts.closedResolved : texts.closedOther;
}

function RatingForm({ onRate }: Pick<Props, "onRate">) {
  const texts = useTexts();
  const [stars, setStars] = useState(0);
  const [comment, setComment] = useState("");
  const [state, setState] = useState<"idle" | "sending" | "failed">("idle");

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setState("sending");
    try {
      await onRate({ stars, comment: comment.trim() });
    } catch {
      setState("failed");
    }
  };

  return (
    <form className="card rating" onSubmit={(event) => void submit(event)}>
      <fieldset className="stars">
        <legend>{texts.ratingTitle}</legend>
        {[1, 2, 3, 4, 5].map((count) => (
          <label key={count} className={count <= stars ? "lit" : ""}>
            <input type="radio" name="stars" checked={stars === count} onChange={() => setStars(count)} />
            <span className="visually-hidden">{`${texts.stars(count)}: ${texts.ratingWords[count - 1]}`}</span>
            <StarIcon size={30} />
          </label>
        ))}
        <span className="stars-word" aria-hidden="true">
          {texts.ratingWords[stars - 1] ?? ""}
        </span>
      </fieldset>
      {stars > 0 && (
        <>
          <label className="field">
            {texts.ratingComment}
            <textarea rows={2} dir="auto" value={comment} onChange={(event) => setComment(event.target.value)} />
          </label>
          <button type="submit" className="primary" disabled={state === "sending"}>
            {texts.ratingSend}
          </button>
        </>
      )}
      {state === "failed" && <p role="alert">{texts.failedAction}</p>}
    </form>
  );
}
