import { useState } from "react";
import { Failure } from "../../api/failure";
import { type Inspecting, type Turn, useNearestExamples } from "../api";
import { Bar, Tag } from "../pieces";
import { Section } from "../Section";
import { useInspectorTexts } from "../texts";
import { inWords, percent } from "../words";
import { useLanguage } from "../../common/TextsContext";

/** The requests within the message, and what each was taken for. */
export function Understood({ inspecting, turn }: { inspecting: Inspecting; turn: Turn }) {
  const texts = useInspectorTexts();
  const shown = useLanguage();
  return (
    <Section name="understood" title={texts.understood} fact={texts.understoodKey(turn.segments.length)}>
      {turn.segments.length === 0 ? null : (
        <>
          {turn.replaced.length > 0 && <p>{texts.replaced(turn.replaced.length)}</p>}
          {turn.segments.map((segment, index) => (
            <SegmentView
              key={index}
              inspecting={inspecting}
              turn={turn.id}
              index={index}
              segment={segment}
              number={turn.segments.length > 1 ? index + 1 : null}
              language={languageName(turn.language, shown)}
            />
          ))}
        </>
      )}
    </Section>
  );
}

interface SegmentProps {
  inspecting: Inspecting;
  turn: string;
  index: number;
  segment: Turn["segments"][number];
  /** Null where it is the only one. */
  number: number | null;
  language: string;
}

function SegmentView({ inspecting, turn, index, segment, number, language }: SegmentProps) {
  const texts = useInspectorTexts();
  return (
    <div className="piece">
      <p className="piece-head">
        {number !== null && <strong>{texts.segment(number)}</strong>}
        <span className="faint">
          {language} · {texts.priority(segment.priority)}
        </span>
        {segment.out_of_scope && <Tag tone="waits">{texts.outOfScope}</Tag>}
        {segment.ambiguous && <Tag tone="waits">{texts.ambiguous}</Tag>}
      </p>
      {number !== null && <blockquote dir="auto">{segment.text}</blockquote>}
      {segment.ranking.length === 0 ? (
        <p className="faint">{texts.noIntent}</p>
      ) : (
        <ul className="ranking">
          {segment.ranking.map(({ name, probability }) => (
            <li key={name}>
              <span>{inWords(name)}</span>
              <Bar share={probability} />
              <span>{percent(probability)}</span>
            </li>
          ))}
          <li className="faint">
            <span>{texts.outOfScope}</span>
            <Bar share={segment.out_of_scope_score} faded />
            <span>{percent(segment.out_of_scope_score)}</span>
          </li>
        </ul>
      )}
      {segment.ranking.length > 0 && <NearestExamples inspecting={inspecting} turn={turn} index={index} />}
    </div>
  );
}

/** Why it was taken for that: asked for when it is opened. */
function NearestExamples({ inspecting, turn, index }: { inspecting: Inspecting; turn: string; index: number }) {
  const texts = useInspectorTexts();
  const [opened, setOpened] = useState(false);
  const examples = useNearestExamples(inspecting, turn, opened);
  const mine = examples.data?.items.find(({ segment }) => segment === index)?.examples ?? [];
  return (
    <div className="nearest">
      <button type="button" className="quiet small" aria-expanded={opened} onClick={() => setOpened(!opened)}>
        {texts.whyTaken}
      </button>
      {opened && examples.isError && <p role="alert">{Failure.of(examples.error).detail}</p>}
      {opened && examples.data !== undefined && (
        <ul className="plain-list">
          {mine.map(({ intent, text, similarity }) => (
            <li key={`${intent} ${text}`}>
              <q dir="auto">{text}</q>{" "}
              <span className="faint">
                {inWords(intent)}, {texts.alike(percent(similarity))}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function languageName(code: string, shownIn: string): string {
  try {
    return new Intl.DisplayNames([shownIn], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}
