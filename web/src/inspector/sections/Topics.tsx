import type { Topic, Turn } from "../api";
import { Facts, Tag, type Tone } from "../pieces";
import { Section } from "../Section";
import { useInspectorTexts } from "../texts";
import { inWords, titleOf, topicTitle } from "../words";

const TONES: Readonly<Record<string, Tone>> = {
  active: "good",
  paused: "waits",
  waiting: "waits",
  unresolved: "bad",
};

/** What the conversation is about: the stack with what is paused, and what is done. */
export function Topics({ turn }: { turn: Turn }) {
  const texts = useInspectorTexts();
  const stacked = turn.stack.toReversed().flatMap((id) => turn.topics.filter((topic) => topic.id === id));
  const rest = turn.topics.filter(({ id }) => !turn.stack.includes(id));
  const waiting = rest.filter(({ status }) => status === "waiting");
  const done = rest.filter(({ status }) => status !== "waiting").toReversed();
  const open = [...stacked, ...waiting];
  return (
    <Section name="topics" title={texts.topics} fact={texts.topicsKey(open.length, turn.topics.length)}>
      {turn.topics.length === 0 ? null : (
        <>
          {open.length > 0 && <TopicList title={texts.topicsOpen} topics={open} turn={turn} />}
          {done.length > 0 && <TopicList title={texts.topicsDone} topics={done} turn={turn} />}
        </>
      )}
    </Section>
  );
}

function TopicList({ title, topics, turn }: { title: string; topics: readonly Topic[]; turn: Turn }) {
  return (
    <>
      <h4>{title}</h4>
      <ol className="plain-list stack">
        {topics.map((topic) => (
          <li key={topic.id} className={topic.status}>
            <TopicCard topic={topic} turn={turn} />
          </li>
        ))}
      </ol>
    </>
  );
}

function TopicCard({ topic, turn }: { topic: Topic; turn: Turn }) {
  const texts = useInspectorTexts();
  const before = turn.topics_before.find(({ id }) => id === topic.id)?.status ?? "new";
  const slots = Object.entries(topic.slots);
  return (
    <>
      <p className="piece-head">
        <strong dir="auto">{titleOf(topic)}</strong>
        <span>
          {before !== topic.status && <span className="faint">{texts.statuses[before] ?? inWords(before)} → </span>}
          <Tag tone={TONES[topic.status] ?? "plain"}>{texts.statuses[topic.status] ?? inWords(topic.status)}</Tag>
        </span>
      </p>
      {topic.parent != null && <p>{texts.waitsFor(topicTitle(turn, topic.parent))}</p>}
      {slots.length > 0 && <Facts facts={slots.map(([slot, value]) => ({ name: inWords(slot), value }))} />}
      <p className="faint">
        {texts.priority(topic.priority)}
        {topic.reason !== "" && (
          <>
            {" · "}
            <span lang="en">{topic.reason}</span>
          </>
        )}
      </p>
    </>
  );
}
