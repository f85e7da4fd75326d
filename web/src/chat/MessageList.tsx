import { Fragment, useContext, useMemo } from "react";
import type { FormField } from "../conversation/events";
import type { Entry, MessageEntry, ModeEntry } from "../conversation/log";
import type { QuotedSource } from "../conversation/sources";
import { PersonIcon } from "../common/icons";
import { useLanguage, useTexts } from "../common/TextsContext";
import { localeFor, type Texts } from "../common/texts";
import { BesideReply } from "./besideReply";
import { Message } from "./Message";
import { Outgoing } from "./Outgoing";
import { ReplyTools } from "./ReplyTools";
import type { ChatSession, ChatState } from "./state/session";

interface Props {
  state: Pick<ChatState, "log" | "outgoing" | "delay" | "helpful" | "historyComplete">;
  /** Null where the conversation can only be read. */
  session: ChatSession | null;
  onOpenSource: (opened: QuotedSource) => void;
}

/** The conversation: what is in the log, and what still goes out. It is read out elsewhere, so that nothing is said twice. */
export function MessageList({ state, session, onOpenSource }: Props) {
  const texts = useTexts();
  const besideReply = useContext(BesideReply);
  const { log, outgoing } = state;
  const fieldsBefore = useMemo(() => askedBefore(log.entries), [log.entries]);
  return (
    <div className="log" role="log" aria-live="off" aria-label={texts.messages} aria-busy={!state.historyComplete}>
      {log.entries.map((entry, index) => (
        <Fragment key={entry.kind === "message" ? entry.id : entry.sequence}>
          <DayLine at={entry.at} before={log.entries[index - 1]?.at} />
          {entry.kind === "mode" ? (
            <ModeLine entry={entry} />
          ) : (
            <Message
              entry={entry}
              first={isFirstOfRun(entry, log.entries[index - 1])}
              asked={fieldsBefore[index] ?? []}
              onOpenSource={onOpenSource}
            >
              {session !== null && mayBeJudged(entry) && (
                <ReplyTools entry={entry} judged={state.helpful[entry.id]} session={session} />
              )}
              {entry.from === "agent" && entry.complete && besideReply?.(entry.id)}
            </Message>
          )}
        </Fragment>
      ))}
      {session !== null &&
        outgoing.map((message, index) => (
          <Outgoing
            key={message.key}
            message={message}
            asked={fieldsBefore.at(-1) ?? []}
            first={index === 0 && !isCustomers(log.entries.at(-1))}
            delayed={state.delay !== null}
            session={session}
          />
        ))}
    </div>
  );
}

export function modeInWords({ mode, reason }: ModeEntry, texts: Texts): string {
  if (mode === "agent") return texts.modeAgent;
  return reason === "operator" ? texts.modeHuman : texts.modeHumanWaiting;
}

function ModeLine({ entry }: { entry: ModeEntry }) {
  return (
    <p className={`mode-line ${entry.mode}`}>
      {entry.mode === "human" && <PersonIcon size={16} />}
      {modeInWords(entry, useTexts())}
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

/** By place in the log, and one beyond: the fields that the agent's last reply before it asked for. */
function askedBefore(entries: readonly Entry[]): FormField[][] {
  const asked: FormField[][] = [[]];
  for (const entry of entries) {
    const goesOn = entry.kind === "mode" || entry.from === "customer";
    asked.push(goesOn ? (asked.at(-1) ?? []) : entry.fields);
  }
  return asked;
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
