import type { Turn } from "../api";
import { Bar, Tag } from "../pieces";
import { Section } from "../Section";
import { useInspectorTexts } from "../texts";
import { inWords, percent } from "../words";
import { useLanguage } from "../../common/TextsContext";

/** The requests within the message, and what each was taken for. */
export function Understood({ turn }: { turn: Turn }) {
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
  segment: Turn["segments"][number];
  /** Null where it is the only one. */
  number: number | null;
  language: string;
}

function SegmentView({ segment, number, language }: SegmentProps) {
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
