import { useEffect, useRef, useState } from "react";
import { Failure } from "../api/failure";
import { BackIcon, DownloadIcon } from "../common/icons";
import { useLanguage, useTexts } from "../common/TextsContext";
import type { ConversationLog } from "../conversation/log";
import type { QuotedSource } from "../conversation/sources";
import { SourcePanel } from "../conversation/SourcePanel";
import { MessageList } from "./MessageList";
import { useSite } from "./site";
import type { Access, RememberedConversation } from "./state/memory";
import type { ChatSession } from "./state/session";
import { download } from "./transcript";

interface Props {
  session: ChatSession;
  conversation: RememberedConversation;
  access: Access;
  onBack: () => void;
  onGoOn: () => void;
}

type Reading = { state: "loading" } | { state: "read"; log: ConversationLog } | { state: "failed"; forGood: boolean };

/** One of the earlier conversations, to be read; it can be gone on with. */
export function EarlierConversation({ session, conversation, access, onBack, onGoOn }: Props) {
  const texts = useTexts();
  const language = useLanguage();
  const site = useSite();
  const [openedSource, setOpenedSource] = useState<QuotedSource | null>(null);
  const { reading, retry } = useReading(session, access);
  const heading = useRef<HTMLHeadingElement>(null);

  useEffect(() => heading.current?.focus(), []);

  return (
    <main>
      <div className="place-bar">
        <button type="button" className="quiet round" aria-label={texts.backToEarlier} onClick={onBack}>
          <BackIcon />
        </button>
        <h2 ref={heading} tabIndex={-1} dir="auto">
          {conversation.firstLine || texts.earlierNoWords}
        </h2>
      </div>
      <div className="scroller" tabIndex={0} role="region" aria-label={texts.log} aria-busy={reading.state === "loading"}>
        <div className="column">
          {reading.state === "loading" && <div className="skeleton wide" />}
          {reading.state === "read" && (
            <MessageList
              state={{ log: reading.log, outgoing: [], delay: null, helpful: {}, historyComplete: true }}
              session={null}
              onOpenSource={setOpenedSource}
            />
          )}
          {reading.state === "failed" && (
            <section className="card" role="alert">
              <h3>{reading.forGood ? texts.lostTitle : texts.failedAction}</h3>
              {!reading.forGood && (
                <button type="button" className="primary" onClick={retry}>
                  {texts.tryNow}
                </button>
              )}
            </section>
          )}
        </div>
      </div>
      {reading.state === "read" && (
        <div className="read-only">
          <p className="faint">{conversation.state === "closed" ? texts.readOnlyClosed : texts.readOnly}</p>
          <button type="button" className="primary" onClick={onGoOn}>
            {texts.goOn}
          </button>
          <button
            type="button"
            className="quiet round"
            aria-label={texts.download}
            onClick={() => download(reading.log, site, language)}
          >
            <DownloadIcon />
          </button>
        </div>
      )}
      <SourcePanel opened={openedSource} onClose={() => setOpenedSource(null)} />
    </main>
  );
}

function useReading(session: ChatSession, access: Access): { reading: Reading; retry: () => void } {
  const [reading, setReading] = useState<Reading>({ state: "loading" });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let wanted = true;
    setReading({ state: "loading" });
    session.reread(access).then(
      (log) => wanted && setReading({ state: "read", log }),
      (error: unknown) => {
        const { remedy } = Failure.of(error);
        if (wanted) setReading({ state: "failed", forGood: remedy === "change" || remedy === "authenticate" });
      },
    );
    return () => {
      wanted = false;
    };
  }, [session, access, attempt]);
  return { reading, retry: () => setAttempt((before) => before + 1) };
}
