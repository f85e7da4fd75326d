import type { Turn } from "../api";
import { Tag } from "../pieces";
import { Section } from "../Section";
import { useInspectorTexts } from "../texts";
import { capitalised, inWords } from "../words";

/** What of the reply was checked before it went out. */
export function Checks({ turn }: { turn: Turn }) {
  const texts = useInspectorTexts();
  const failed = turn.checks.filter(({ passed }) => !passed);
  const kinds = [...new Set(turn.checks.map(({ check }) => check))];
  return (
    <Section name="checks" title={texts.checks} fact={texts.checksKey(turn.checks.length - failed.length, turn.checks.length)}>
      {turn.checks.length === 0 ? null : (
        <>
          <p className="faint">{texts.checksText}</p>
          <ul className="plain-list">
            {kinds.map((check) => {
              const results = turn.checks.filter((each) => each.check === check);
              return (
                <li key={check}>
                  <span lang="en">{capitalised(check)}</span>{" "}
                  <span className="faint">{texts.checksKey(results.filter(({ passed }) => passed).length, results.length)}</span>
                </li>
              );
            })}
            {failed.map(({ part, check }) => (
              <li key={`${part}/${check}`}>
                <Tag tone="bad">!</Tag> {texts.checkFailed(part + 1, check)}
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  );
}

/** What went wrong on the way, and what was tried. */
export function Recovery({ turn }: { turn: Turn }) {
  const texts = useInspectorTexts();
  return (
    <Section name="recovery" title={texts.recovery} fact={texts.recoveryKey(turn.recovery.length)}>
      {turn.recovery.length === 0 ? null : (
        <ol className="plain-list">
          {turn.recovery.map(({ failure, strategy, succeeded }, index) => (
            <li key={index}>
              <code>{failure}</code> → {inWords(strategy)}{" "}
              <Tag tone={succeeded ? "good" : "bad"}>{succeeded ? texts.helped : texts.didNotHelp}</Tag>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}
