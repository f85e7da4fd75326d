import type { Turn } from "../api";
import { Facts } from "../pieces";
import { Section } from "../Section";
import { useInspectorTexts } from "../texts";

/** What of the conversation's state is different after the turn. */
export function State({ turn }: { turn: Turn }) {
  const texts = useInspectorTexts();
  return (
    <Section name="state" title={texts.state} fact={texts.stateKey(turn.changes.length)}>
      {turn.changes.length === 0 ? null : (
        <div lang="en">
          <Facts
            facts={turn.changes.map(({ what, before, after }) => ({
              name: what,
              value: (
                <>
                  <span className="faint">{before || "–"} →</span> {after || "–"}
                </>
              ),
            }))}
          />
        </div>
      )}
    </Section>
  );
}
