import type { Action, Turn } from "../api";
import { Facts, Tag, type Tone } from "../pieces";
import { Section } from "../Section";
import { useInspectorTexts } from "../texts";
import { capitalised, inWords, milliseconds } from "../words";

const TONES: Readonly<Record<string, Tone>> = { succeeded: "good", failed: "bad", uncertain: "bad", not_sent: "waits" };

/** What was done in the org: asked with what, on whose yes, with which result. */
export function Actions({ turn }: { turn: Turn }) {
  const texts = useInspectorTexts();
  const failed = turn.actions.filter(({ status }) => status !== "succeeded").length;
  return (
    <Section name="actions" title={texts.actions} fact={texts.actionsKey(turn.actions.length, failed)}>
      {turn.actions.length === 0
        ? null
        : turn.actions.map((action, index) => <ActionCard key={index} action={action} />)}
    </Section>
  );
}

function ActionCard({ action }: { action: Action }) {
  const texts = useInspectorTexts();
  const asked = pairs(action.arguments);
  const given = pairs(action.values);
  return (
    <article className="piece action" aria-label={inWords(action.action)}>
      <p className="piece-head">
        <strong>{capitalised(inWords(action.action))}</strong>
        <span>
          <Tag>{texts.effects[action.effect] ?? action.effect}</Tag>{" "}
          <Tag tone={TONES[action.status] ?? "plain"}>{texts.actionStatuses[action.status] ?? inWords(action.status)}</Tag>
        </span>
      </p>
      <p className="faint">
        <code>{action.code}</code> · {milliseconds(action.ms)}
        {action.step !== "" && ` · ${texts.step} ${action.step}`}
        {action.attempts > 1 && ` · ${texts.attempts(action.attempts)}`}
      </p>
      {(action.confirmed || action.approved || action.compensates) && (
        <p className="consents">
          {action.confirmed && <Tag tone="good">{texts.confirmed}</Tag>}
          {action.approved && <Tag tone="good">{texts.approved}</Tag>}
          {action.compensates && <Tag>{texts.compensates}</Tag>}
        </p>
      )}
      {asked.length > 0 && (
        <>
          <h4>{texts.request}</h4>
          <Facts facts={asked} />
        </>
      )}
      {given.length > 0 && (
        <>
          <h4>{texts.result}</h4>
          <Facts facts={given} />
        </>
      )}
      {action.records.length > 0 && (
        <>
          <h4>{texts.records}</h4>
          <ul className="plain-list">
            {action.records.map((record) => (
              <li key={record.id}>
                {record.type}{" "}
                {/^https?:/.test(record.url) ? (
                  <a href={record.url} target="_blank" rel="noopener noreferrer">
                    {record.label || record.id}
                  </a>
                ) : (
                  record.label || record.id
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </article>
  );
}

function pairs(values: Action["values"]) {
  return Object.entries(values).map(([name, value]) => ({ name: inWords(name), value: value === null ? "–" : String(value) }));
}
