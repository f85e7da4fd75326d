import { useState } from "react";
import { ThumbDownIcon, ThumbUpIcon } from "../common/icons";
import { useTexts } from "../common/TextsContext";

interface Props {
  judged: boolean | undefined;
  /** Throws when it fails. */
  onJudge: (helpful: boolean) => Promise<void>;
}

/** Yes or no to an answer; may be changed. */
export function Helpful({ judged, onJudge }: Props) {
  const texts = useTexts();
  const [failed, setFailed] = useState(false);

  const judge = async (helpful: boolean) => {
    setFailed(false);
    try {
      await onJudge(helpful);
    } catch {
      setFailed(true);
    }
  };

  return (
    <div className="helpful" role="group" aria-label={texts.helpfulQuestion}>
      <span>{judged === undefined ? texts.helpfulQuestion : texts.helpfulThanks}</span>
      <button
        type="button"
        className="quiet round small"
        aria-label={texts.helpfulYes}
        aria-pressed={judged === true}
        onClick={() => void judge(true)}
      >
        <ThumbUpIcon size={17} />
      </button>
      <button
        type="button"
        className="quiet round small"
        aria-label={texts.helpfulNo}
        aria-pressed={judged === false}
        onClick={() => void judge(false)}
      >
        <ThumbDownIcon size={17} />
      </button>
      {failed && <span role="alert">{texts.failedAction}</span>}
    </div>
  );
}
