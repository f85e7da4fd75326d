import { Fragment } from "react";
import type { Expectation } from "../conversation/events";
import { type Entry, type MessageEntry, type ModeEntry, openQuestion } from "../conversation/log";
import { MessageBody } from "../conversation/MessageBody";
import type { Citation } from "../conversation/sources";
import { WrittenText } from "../conversation/WrittenText";
import { PersonIcon } from "../common/icons";
import { Mark } from "../common/Mark";
import { useLanguage, useTexts } from "../common/TextsContext";
import { localeFor, type Texts } from "../common/texts";
import { focusComposer } from "./Composer";
import { Helpful } from "./Helpful";
import type { OutgoingMessage } from "./memory";
import type { ChatSession, ChatState } from "./session";

interface Props {
  state: ChatState;
  session: ChatSession;
  onOpenSource: (citation: Citation) => void;
}

/** The conversation: what is in the log, what still goes out, who is writing, and what one may answer with a click. */
export function MessageList({ state, session, onOpenSource }: Props) {
  const texts = useTexts();
  const { log, outgoing } = state;
  const question = log.closed === null && outgoing.length === 0 ? openQuestion(log) : null;
  return (
    <>
      <div className="log" role="log" aria-live="polite" aria-label={texts.log} aria-busy={!state.historyComplete}>
        {log.entries.map((entry, index) => (
          <Fragment key={entry.kind === "message" ? entry.id : entry.sequence}>
            <DayLine at={entry.at} before={log.entries[index - 1]?.at} />
            {entry.kind === "mode" ? (
              <ModeLine entry={entry} />
            ) : (
              <Bubble entry={entry} first={isFirstOfRun(entry, log.entries[index - 1])} onOpenSource={onOpenSource}>
                {mayBeJudged(entry) && (
                  <Helpful judged={state.helpful[entry.id]} onJudge={(helpful) => session.judge(entry.id, helpful)} />
                )}
              </Bubble>
            )}
          </Fragment>
        ))}
        {outgoing.map((message, index) => (
          <OutgoingBubble
            key={message.key}
            message={message}
            first={index === 0 && !isCustomers(log.entries.at(-1))}
            delayed={state.delay !== null}
            session={session}
          />
        ))}
      </div>
      {log.typing !== null && log.typing !== "customer" && (
        <p className="typing">
          <span className="visually-hidden">{log.typing === "agent" ? texts.typingAssistant : texts.typingPerson}</span>
          <i />
          <i />
          <i />
        </p>
      )}
      {question !== null && <Answers question={question} onAnswer={(text) => session.send(text)} />}
    </>
  );
}

function Answers({ question, onAnswer }: { question: MessageEntry; onAnswer: (text: string) => void }) {
  const texts = useTexts();
  const waitsFor: Expectation["kind"] | undefined = question.expects?.kind;
  return (
    <>
      {waitsFor === "approval" && <p className="faint approval">{texts.approvalPending}</p>}
      {question.quickReplies.length > 0 && (
        <ul className="quick-replies" aria-label={texts.quickReplies}>
          {question.quickReplies.map((reply) => (
            <li key={reply.text}>
              <button
                type="button"
                className="outlined"
                dir="auto"
                onClick={() => {
                  onAnswer(reply.text);
                  focusComposer();
                }}
              >
                {reply.label}
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

interface BubbleProps {
  entry: MessageEntry;
  first: boolean;
  onOpenSource: (citation: Citation) => void;
  children: React.ReactNode;
}

function Bubble({ entry, first, onOpenSource, children }: BubbleProps) {
  const texts = useTexts();
  return (
    <article className={`message ${entry.from}${first ? " first" : ""}`} aria-label={speakerOf(entry, texts)} aria-busy={!entry.complete}>
      {first && (
        <header className="message-header">
          {entry.from === "agent" && <Mark size={22} />}
          {entry.from === "operator" && (
            <span className="avatar">
              <PersonIcon size={15} />
            </span>
          )}
          <span className="speaker">{speakerOf(entry, texts)}</span>
          <Clock at={entry.at} />
        </header>
      )}
      <div className="bubble">
        {entry.from === "customer" ? (
          <WrittenText text={entry.text} />
        ) : (
          <MessageBody parts={entry.parts} onOpenSource={onOpenSource} />
        )}
      </div>
      {children}
    </article>
  );
}

interface OutgoingProps {
  message: OutgoingMessage;
  first: boolean;
  delayed: boolean;
  session: ChatSession;
}

function OutgoingBubble({ message, first, delayed, session }: OutgoingProps) {
  const texts = useTexts();
  return (
    <article className={`message customer outgoing${first ? " first" : ""}`} aria-label={texts.you}>
      <div className="bubble">
        <WrittenText text={message.text} />
      </div>
      {message.refusal === null ? (
        <p className="delivery">{delayed ? texts.waiting : texts.sending}</p>
      ) : (
        <div className="delivery refused">
          <p role="alert">
            <strong>{texts.notSent}.</strong> {message.refusal}
          </p>
          <button type="button" className="quiet small" onClick={() => session.startOver("undelivered")}>
            {texts.sendInNew}
          </button>
          <button type="button" className="quiet small" onClick={() => session.discard(message.key)}>
            {texts.discard}
          </button>
        </div>
      )}
    </article>
  );
}

function ModeLine({ entry }: { entry: ModeEntry }) {
  const texts = useTexts();
  const arrived = entry.reason === "operator";
  const text = entry.mode === "agent" ? texts.modeAgent : arrived ? texts.modeHuman : texts.modeHumanWaiting;
  return (
    <p className={`mode-line ${entry.mode}`}>
      {entry.mode === "human" && <PersonIcon size={16} />}
      {text}
    </p>
  );
}

function DayLine({ at, before }: { at: string; before: string | undefined }) {
  const texts = useTexts();
  const language = useLanguage();
  const day = new Date(at).toDateString();
  if (before !== undefined && new Date(before).toDateString() === day) return null;
  const daysAgo = Math.round((Date.parse(new Date().toDateString()) - Date.parse(day)) / 86_400_000);
  if (before === undefined && daysAgo === 0) return null;
  const long = new Intl.DateTimeFormat(localeFor(language), { weekday: "long", day: "numeric", month: "long" });
  return <p className="day-line">{daysAgo === 0 ? texts.today : daysAgo === 1 ? texts.yesterday : long.format(new Date(at))}</p>;
}

function Clock({ at }: { at: string }) {
  const locale = localeFor(useLanguage());
  const moment = new Date(at);
  return <time dateTime={at}>{new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(moment)}</time>;
}

function speakerOf(entry: MessageEntry, texts: Texts): string {
  return { customer: texts.you, agent: texts.assistant, operator: texts.person }[entry.from];
}

function isCustomers(entry: Entry | undefined): boolean {
  return entry?.kind === "message" && entry.from === "customer";
}

function isFirstOfRun(entry: MessageEntry, before: Entry | undefined): boolean {
  return before?.kind !== "message" || before.from !== entry.from;
}

function mayBeJudged(entry: MessageEntry): boolean {
  const answers = entry.parts.some((part) => part.sources.some((source) => source.type === "article"));
  return answers && entry.complete && entry.from === "agent";
}
