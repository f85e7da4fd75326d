import { type ReactNode, useEffect } from "react";
import { useSecondsUntil } from "../common/hooks";
import { Mark } from "../common/Mark";
import { hurryUp } from "../common/patience";
import { useLanguage, useTexts } from "../common/TextsContext";

/* What the page shows while there is no chat to show. */

export function NoKey() {
  const texts = useTexts();
  return <Standstill title={texts.noKeyTitle} text={texts.noKeyText} />;
}

export function WrongKey() {
  const texts = useTexts();
  return <Standstill title={texts.wrongKeyTitle} text={texts.wrongKeyText} />;
}

export function ServerAway({ until }: { until: number }) {
  const texts = useTexts();
  return (
    <Standstill title={texts.awayTitle} text={texts.awayText(useSecondsUntil(until))}>
      <button type="button" className="primary" onClick={hurryUp}>
        {texts.tryNow}
      </button>
    </Standstill>
  );
}

export function ChatSkeleton() {
  const texts = useTexts();
  return (
    <div className="chat-page">
      <div className="chat" aria-busy="true">
        <main>
          <div className="scroller">
            <h1 className="visually-hidden">{texts.loading}</h1>
            <div className="column">
              <div className="skeleton wide" />
              <div className="skeleton" />
              <div className="skeleton end" />
            </div>
          </div>
        </main>
      </div>
    </div>
  );
}

function Standstill({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  const language = useLanguage();
  useEffect(() => {
    document.documentElement.lang = language;
    document.title = title;
  }, [language, title]);
  return (
    <main className="standstill">
      <Mark size={44} />
      <h1>{title}</h1>
      <p>{text}</p>
      {children}
    </main>
  );
}
