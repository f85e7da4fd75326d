import { useEffect, useState, useSyncExternalStore } from "react";
import { messagesIn, openQuestion } from "../conversation/log";
import type { Citation } from "../conversation/sources";
import { SourcePanel } from "../conversation/SourcePanel";
import { useLanguage, useTexts } from "../common/TextsContext";
import type { Language } from "../common/texts";
import { Banner } from "./Banner";
import { Closing } from "./Closing";
import { Composer, focusComposer } from "./Composer";
import { Header } from "./Header";
import { LeaveDialog } from "./LeaveDialog";
import { Lost } from "./Lost";
import { MessageList } from "./MessageList";
import { useFollowedEnd } from "./scrolling";
import type { ChatSession } from "./session";
import { useUnreadTitle } from "./unread";
import type { Site } from "./useSite";
import { Welcome } from "./Welcome";

interface Props {
  site: Site;
  session: ChatSession;
  onLanguage: (language: Language) => void;
}

/** The chat of a site: header, conversation, composer. */
export function Chat({ site, session, onLanguage }: Props) {
  const texts = useTexts();
  const language = useLanguage();
  const state = useSyncExternalStore(session.subscribe, session.current);
  const [citation, setCitation] = useState<Citation | null>(null);
  const [leaving, setLeaving] = useState(false);
  const { log } = state;
  const question = state.outgoing.length === 0 ? openQuestion(log) : null;
  const lost = state.connection?.state === "refused";
  const end = useFollowedEnd(log, state.outgoing);
  useUnreadTitle(texts.pageTitle(site.name), messagesIn(log).length, state.historyComplete);

  useEffect(() => {
    const ending = new AbortController();
    void session.run(ending.signal);
    return () => ending.abort();
  }, [session]);

  const send = (text: string) => {
    session.send(text);
    end.follow();
  };
  const startOver = () => (state.begun && log.closed === null ? setLeaving(true) : session.startOver("nothing"));

  return (
    <div className="chat">
      <Header
        site={site}
        log={log}
        onLanguage={onLanguage}
        onNewConversation={startOver}
        onAskForPerson={lost || log.closed !== null || log.mode === "human" ? null : () => session.askForPerson()}
      />
      <main>
        <Banner connection={state.connection} delay={state.delay} hasOutgoing={state.outgoing.length > 0} />
        <div className="scroller" ref={end.scroller} tabIndex={0} role="region" aria-label={texts.log}>
          <div className="column" ref={end.content}>
            {!state.begun && (
              <Welcome
                site={site}
                questions={site.suggestedQuestions[language] ?? []}
                onAsk={(question) => {
                  send(question);
                  focusComposer();
                }}
              />
            )}
            <MessageList state={state} session={session} onOpenSource={setCitation} />
            {lost && <Lost onStartOver={() => session.startOver("undelivered")} />}
            {log.closed !== null && (
              <Closing
                closed={log.closed}
                rated={state.rated}
                onRate={(rating) => session.rate(rating)}
                onNewConversation={() => session.startOver("nothing")}
              />
            )}
          </div>
        </div>
        {end.newBelow && (
          <button type="button" className="to-end" onClick={end.follow}>
            {texts.newMessages}
          </button>
        )}
        {!lost && <Composer memory={session.memory} question={question} onSend={send} />}
      </main>
      <SourcePanel citation={citation} onClose={() => setCitation(null)} />
      <LeaveDialog
        open={leaving}
        onCancel={() => setLeaving(false)}
        onLeave={() => {
          setLeaving(false);
          session.startOver("nothing");
        }}
      />
    </div>
  );
}
