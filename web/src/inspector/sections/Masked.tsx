import type { Turn } from "../api";
import { Tag } from "../pieces";
import { Section } from "../Section";
import { useInspectorTexts } from "../texts";
import { inWords, percent } from "../words";

/** What of the message no model read, and by what it was replaced. */
export function Masked({ turn }: { turn: Turn }) {
  const texts = useInspectorTexts();
  const nothing = turn.masked.length === 0 && turn.signals.length === 0;
  return (
    <Section name="masked" title={texts.masked} fact={turn.masked.length > 0 ? texts.maskedKey(turn.masked.length) : texts.signalsText}>
      {nothing ? null : (
        <>
          {turn.masked.length > 0 && (
            <>
              <p className="faint">{texts.maskedText}</p>
              <ul className="plain-list">
                {turn.masked.map(({ token, kind }) => (
                  <li key={token}>
                    <code>{token}</code> {texts.kinds[kind] ?? inWords(kind)}
                  </li>
                ))}
              </ul>
            </>
          )}
          {turn.signals.map(({ kind, weight }) => (
            <p key={kind}>
              <Tag tone="waits">{texts.signalsText}</Tag> {inWords(kind)}, {percent(weight)}
            </p>
          ))}
        </>
      )}
    </Section>
  );
}
