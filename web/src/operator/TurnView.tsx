import type { ReactNode } from "react";
import { Failure } from "../api/failure";
import { CloseIcon } from "../common/icons";
import { type Turn, useTurn } from "./api";
import { addressOf } from "./places";
import { Trouble } from "./Trouble";
import { commandInWords, milliseconds, percent } from "./words";

/** How a reply came about: what was understood, decided, found, done and checked, and how long each stage took. */
export function TurnView({ id, conversationId }: { id: string; conversationId: string }) {
  const turn = useTurn(id);
  return (
    <aside className="turn" aria-labelledby="turn-title">
      <header>
        <h2 id="turn-title">How it came about</h2>
        <a
          className="quiet round"
          href={addressOf({ name: "conversation", id: conversationId, turn: null })}
          aria-label="Close"
        >
          <CloseIcon />
        </a>
      </header>
      {turn.isPending && <div className="skeleton" aria-busy="true" />}
      {turn.isError && <Trouble failure={Failure.of(turn.error)} onRetry={() => void turn.refetch()} />}
      {turn.data !== undefined && <Explanation turn={turn.data} />}
    </aside>
  );
}

function Explanation({ turn }: { turn: Turn }) {
  return (
    <>
      <Understood turn={turn} />
      <Decided turn={turn} />
      <Found turn={turn} />
      <Done turn={turn} />
      <Stages turn={turn} />
      <p className="faint digest">
        Configuration <code>{turn.configuration_digest}</code>
      </p>
    </>
  );
}

function Understood({ turn }: { turn: Turn }) {
  const { emotion } = turn;
  return (
    <Section title="Understood">
      <blockquote dir="auto">{turn.masked_text === "" ? `(${turn.trigger.replaceAll("_", " ")})` : turn.masked_text}</blockquote>
      <dl className="facts">
        <Fact name="Trigger">{turn.trigger.replaceAll("_", " ")}</Fact>
        <Fact name="Language">{turn.language}</Fact>
        <Fact name="Emotion">
          {emotion.label}, valence {emotion.valence.toFixed(2)}, intensity {emotion.intensity.toFixed(2)}
        </Fact>
        <Fact name="Frustration">{percent(turn.frustration)}</Fact>
      </dl>
      {turn.segments.map((segment, index) => (
        <div key={index} className="segment">
          {turn.segments.length > 1 && <p dir="auto">“{segment.text}”</p>}
          {segment.out_of_scope && <p className="tag waits">out of scope</p>}
          {segment.ambiguous && <p className="tag waits">ambiguous</p>}
          <Bars rows={segment.ranking.map((intent) => [intent.name, intent.probability, percent(intent.probability)])} />
        </div>
      ))}
    </Section>
  );
}

function Decided({ turn }: { turn: Turn }) {
  return (
    <Section title="Decided">
      <List
        empty="No command was accepted."
        items={turn.accepted.map((command) => (
          <strong>{commandInWords(command)}</strong>
        ))}
      />
      {turn.proposals.length > 0 && <h4>Proposed</h4>}
      <List
        items={turn.proposals.map((proposal) => (
          <>
            {commandInWords(proposal.command)}
            <span className="faint">
              {percent(proposal.confidence)} · {proposal.proposer}: {proposal.reason}
            </span>
          </>
        ))}
      />
      {turn.dropped.length > 0 && <h4>Dropped</h4>}
      <List
        items={turn.dropped.map((dropped) => (
          <>
            {commandInWords(dropped.command)}
            <span className="faint">{dropped.why}</span>
          </>
        ))}
      />
      {turn.topics.length > 0 && <h4>Topics</h4>}
      <List
        items={turn.topics.map((topic) => (
          <>
            {topic.title} <span className="tag">{topic.status}</span>
            {Object.keys(topic.slots).length > 0 && (
              <span className="faint">
                {Object.entries(topic.slots)
                  .map(([slot, value]) => `${slot}: ${String(value)}`)
                  .join(", ")}
              </span>
            )}
          </>
        ))}
      />
    </Section>
  );
}

function Found({ turn }: { turn: Turn }) {
  if (turn.hits.length === 0) return null;
  return (
    <Section title="Found">
      <div className="table-place" tabIndex={0} role="region" aria-label="Articles found">
        <table>
          <thead>
            <tr>
              <th scope="col">Article</th>
              <th scope="col">Text</th>
              <th scope="col">Vector</th>
              <th scope="col">Confidence</th>
            </tr>
          </thead>
          <tbody>
            {turn.hits.map((hit, index) => (
              <tr key={index}>
                <th scope="row" dir="auto">
                  {hit.title} <span className="faint">{[hit.section, `version ${hit.version}`].filter(Boolean).join(", ")}</span>
                </th>
                <td>{hit.text_score.toFixed(2)}</td>
                <td>{hit.vector_score.toFixed(2)}</td>
                <td>{percent(hit.confidence)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Done({ turn }: { turn: Turn }) {
  const failed = turn.checks.filter((check) => !check.passed);
  return (
    <Section title="Done and checked">
      <List
        items={turn.actions.map((action) => (
          <>
            {action.action} <span className={`tag ${action.status}`}>{action.status}</span>
            <span className="faint">
              {action.code} · {milliseconds(action.ms)}
            </span>
          </>
        ))}
      />
      <List
        items={turn.recovery.map((attempt) => (
          <>
            {attempt.failure.replaceAll("_", " ")} → {attempt.strategy.replaceAll("_", " ")}{" "}
            <span className="tag">{attempt.succeeded ? "helped" : "did not help"}</span>
          </>
        ))}
      />
      <p>{turn.checks.length === 0 ? "Nothing had to be checked." : `${turn.checks.length - failed.length} of ${turn.checks.length} checks passed.`}</p>
      <List
        items={failed.map((check) => (
          <>
            Part {check.part + 1}: {check.check} <span className="tag hot">failed</span>
          </>
        ))}
      />
    </Section>
  );
}

function Stages({ turn }: { turn: Turn }) {
  const longest = Math.max(...turn.stages.map((stage) => stage.ms), 0.001);
  return (
    <Section title={`Stages: ${milliseconds(turn.total_ms)}`}>
      <Bars rows={turn.stages.map((stage) => [stage.name, stage.ms / longest, milliseconds(stage.ms)])} />
    </Section>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function List({ items, empty }: { items: ReactNode[]; empty?: string }) {
  if (items.length === 0) return empty === undefined ? null : <p className="faint">{empty}</p>;
  return (
    <ul className="plain">
      {items.map((item, index) => (
        <li key={index}>{item}</li>
      ))}
    </ul>
  );
}

/** Names with a bar (0…1) and what it stands for. */
function Bars({ rows }: { rows: [name: string, share: number, label: string][] }) {
  return (
    <ul className="bars">
      {rows.map(([name, share, label]) => (
        <li key={name}>
          <span>{name}</span>
          <span className="bar" aria-hidden="true">
            <span style={{ width: `${Math.max(share, 0.01) * 100}%` }} />
          </span>
          <span className="bar-label">{label}</span>
        </li>
      ))}
    </ul>
  );
}
