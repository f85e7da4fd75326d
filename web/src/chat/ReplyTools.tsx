import { useState } from "react";
import type { MessageEntry } from "../conversation/log";
import { CopyButton } from "../conversation/CopyButton";
import { plainTextOf } from "../conversation/plainText";
import { ThumbDownIcon, ThumbUpIcon } from "../common/icons";
import { useTexts } from "../common/TextsContext";
import type { ChatSession } from "./state/session";
import { WhatWasMissing } from "./WhatWasMissing";

interface Props {
  entry: MessageEntry;
  judged: boolean | undefined;
  session: ChatSession;
}

/** What one can do with an answer: say whether it helped, which may be changed, and copy it. */
export function ReplyTools({ entry, judged, session }: Props) {
  const texts = useTexts();
  const [asking, setAsking] = useState(false);
  const [failed, setFailed] = useState(false);

  const judge = async (helpful: boolean) => {
    setFailed(false);
    try {
      await session.judge(entry.id, helpful);
      setAsking(!helpful);
    } catch {
      setFailed(true);
    }
  };

  return (
    <>
      <div className="reply-tools">
        <div role="group" aria-label={texts.helpfulQuestion}>
          <button type="button" className="quiet small" aria-pressed={judged === true} onClick={() => void judge(true)}>
            <ThumbUpIcon size={16} />
            {texts.helpfulYes}
          </button>
          <button type="button" className="quiet small" aria-pressed={judged === false} onClick={() => void judge(false)}>
            <ThumbDownIcon size={16} />
            {texts.helpfulNo}
          </button>
        </div>
        <CopyButton text={() => plainTextOf(entry.parts, texts)} />
      </div>
      <p className="tools-word" role="status">
        {judged === true && texts.helpfulThanks}
      </p>
      {failed && (
        <p className="fault" role="alert">
          {texts.failedAction}
        </p>
      )}
      {asking && judged === false && <WhatWasMissing messageId={entry.id} session={session} />}
    </>
  );
}
