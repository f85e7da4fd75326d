import type { Command, Turn } from "../api";
import { Bar, Tag } from "../pieces";
import { Section } from "../Section";
import { useInspectorTexts } from "../texts";
import { commandInWords, inWords, percent, same } from "../words";

interface Verdict {
  command: Command;
  confidence: number | null;
  because: string;
  /** Why it was dropped; null if it was not. */
  dropped: string | null;
}

/** Every command that was proposed, how certain, and what became of it. */
export function Decided({ turn }: { turn: Turn }) {
  const texts = useInspectorTexts();
  const verdicts = verdictsOn(turn, texts.by, texts.byRule);
  return (
    <Section name="decided" title={texts.decided} fact={texts.decidedKey(turn.accepted.length, turn.dropped.length)}>
      {verdicts.length === 0 ? null : (
        <>
          {turn.ambiguities.map(({ intents, strategy, why }, index) => (
            <p key={index}>
              {texts.settled(intents.map(inWords), texts.strategies[strategy])}{" "}
              <span className="faint" lang="en">
                {why}
              </span>
            </p>
          ))}
          <ul className="plain-list verdicts">
            {verdicts.map(({ command, confidence, because, dropped }, index) => (
              <li key={index} className={dropped === null ? "" : "dropped"}>
                <span className="verdict-head">
                  <Tag tone={dropped === null ? "good" : "plain"}>{dropped === null ? texts.accepted : texts.dropped}</Tag>
                  <code>{commandInWords(command)}</code>
                </span>
                {confidence !== null && (
                  <span className="verdict-confidence">
                    <Bar share={confidence} faded={dropped !== null} />
                    <span>
                      <span className="visually-hidden">{texts.confidence} </span>
                      {percent(confidence)}
                    </span>
                  </span>
                )}
                <span className="faint" lang="en">
                  {because}
                </span>
                {dropped !== null && (
                  <span lang="en">
                    {texts.dropped}: {dropped}
                  </span>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  );
}

/** In the order in which they were carried out, then what was dropped. */
function verdictsOn(turn: Turn, by: string, byRule: string): Verdict[] {
  const verdict = (command: Command, dropped: string | null): Verdict => {
    const proposal = turn.proposals.find((each) => same(each.command, command));
    return {
      command,
      confidence: proposal?.confidence ?? null,
      because: proposal === undefined ? byRule : `${by} ${proposal.proposer}: ${proposal.reason}`,
      dropped,
    };
  };
  return [...turn.accepted.map((command) => verdict(command, null)), ...turn.dropped.map(({ command, why }) => verdict(command, why))];
}
