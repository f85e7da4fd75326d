import { useEffect, useRef } from "react";
import { Failure } from "../api/failure";
import { CloseIcon } from "../common/icons";
import { useOnline } from "../common/hooks";
import { useLanguage } from "../common/TextsContext";
import { localeFor } from "../common/texts";
import type { Connection } from "../conversation/follow";
import { type Inspecting, type Turn, useTurn } from "./api";
import { sentenceOf } from "./sentence";
import { Actions } from "./sections/Actions";
import { Checks, Recovery } from "./sections/Checks";
import { Decided } from "./sections/Decided";
import { Masked } from "./sections/Masked";
import { MoodSection } from "./sections/Mood";
import { Sources } from "./sections/Sources";
import { Stages } from "./sections/Stages";
import { State } from "./sections/State";
import { Technical } from "./sections/Technical";
import { Topics } from "./sections/Topics";
import { Understood } from "./sections/Understood";
import { useInspectorTexts } from "./texts";
import { TurnTabs } from "./TurnTabs";
import type { InspectorView } from "./view";
import { ViewContext } from "./ViewContext";

interface Props {
  inspecting: Inspecting;
  /** The conversation's turns, the oldest first. */
  turns: readonly string[];
  connection: Connection;
  /** The turn that is looked at; null follows the newest. */
  chosen: string | null;
  onChoose: (turnId: string | null) => void;
  onClose: () => void;
  view: InspectorView;
}

/** Id of the button that shows it again. */
export const INSPECT_BUTTON = "inspect";

/** How each answer of a conversation came about, turn by turn, while it goes on. */
export function Inspector({ inspecting, turns, connection, chosen, onChoose, onClose, view }: Props) {
  const texts = useInspectorTexts();
  const newest = turns.at(-1) ?? null;
  const shown = chosen ?? newest;
  const choose = (id: string) => onChoose(id === newest ? null : id);
  const close = () => {
    onClose();
    document.getElementById(INSPECT_BUTTON)?.focus();
  };
  return (
    <ViewContext value={view}>
      <aside className="inspector" aria-labelledby="inspector-title">
        <header className="inspector-header">
          <h2 id="inspector-title">{texts.title}</h2>
          <button type="button" className="quiet round" aria-label={texts.close} onClick={close}>
            <CloseIcon />
          </button>
        </header>
        <Line connection={connection} />
        {shown === null ? (
          connection.state === "refused" ? null : <Empty />
        ) : (
          <>
            <TurnTabs turns={turns} shown={shown} onChoose={choose} />
            <TurnPanel key={shown} inspecting={inspecting} id={shown} newest={newest} number={turns.indexOf(shown) + 1} count={turns.length} />
          </>
        )}
      </aside>
    </ViewContext>
  );
}

/** What keeps the inspector from being up to date, while something does. */
function Line({ connection }: { connection: Connection }) {
  const texts = useInspectorTexts();
  const online = useOnline();
  const words = !online
    ? texts.offline
    : connection.state === "refused"
      ? texts.refused
      : connection.state === "waiting"
        ? texts.reconnecting
        : null;
  return <div role="status">{words !== null && <p className="inspector-line">{words}</p>}</div>;
}

function Empty() {
  const texts = useInspectorTexts();
  return (
    <div className="inspector-empty">
      <h3>{texts.emptyTitle}</h3>
      <p className="faint">{texts.emptyText}</p>
    </div>
  );
}

interface PanelProps {
  inspecting: Inspecting;
  id: string;
  newest: string | null;
  /** Its place among all turns, from 1; 0 if it is not known yet. */
  number: number;
  count: number;
}

function TurnPanel({ inspecting, id, newest, number, count }: PanelProps) {
  const texts = useInspectorTexts();
  const turn = useTurn(inspecting, id);
  const latest = useTurn(inspecting, newest);
  const panel = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (panel.current !== null) panel.current.scrollTop = 0;
  }, [id]);

  return (
    <div ref={panel} className="inspector-panel" role="tabpanel" id="inspector-turn" aria-labelledby={`turn-${id}`} tabIndex={0}>
      {turn.isPending && <div className="skeleton" aria-busy="true" />}
      {turn.isError && (
        <div className="inspector-line failed" role="alert">
          <p>
            {texts.failed} {Failure.of(turn.error).detail}
          </p>
          <button type="button" className="outlined small" onClick={() => void turn.refetch()}>
            {texts.retry}
          </button>
        </div>
      )}
      {turn.data !== undefined && (
        <Story inspecting={inspecting} turn={turn.data} course={courseOf(turn.data, latest.data)} place={number === 0 ? "" : texts.turn(number, count)} />
      )}
    </div>
  );
}

/** The moods of the whole conversation, of which an older turn knows only its part. */
function courseOf(turn: Turn, latest: Turn | undefined): Turn["emotions"] {
  return latest !== undefined && latest.emotions.length >= turn.emotions.length ? latest.emotions : turn.emotions;
}

interface StoryProps {
  inspecting: Inspecting;
  turn: Turn;
  course: Turn["emotions"];
  place: string;
}

function Story({ inspecting, turn, course, place }: StoryProps) {
  const texts = useInspectorTexts();
  const locale = localeFor(useLanguage());
  return (
    <>
      <div className="story">
        <p className="faint">
          {place !== "" && `${place} · `}
          <time dateTime={turn.at}>{new Date(turn.at).toLocaleTimeString(locale)}</time>
        </p>
        <p className="sentence" dir="auto">
          {sentenceOf(turn, texts)}
        </p>
        {turn.masked_text !== "" && <blockquote dir="auto">{turn.masked_text}</blockquote>}
      </div>
      <Stages turn={turn} />
      <Masked turn={turn} />
      <Understood inspecting={inspecting} turn={turn} />
      <Decided turn={turn} />
      <Topics turn={turn} />
      <State turn={turn} />
      <MoodSection turn={turn} course={course} />
      <Sources turn={turn} />
      <Actions turn={turn} />
      <Checks turn={turn} />
      <Recovery turn={turn} />
      <Technical turn={turn} />
    </>
  );
}
