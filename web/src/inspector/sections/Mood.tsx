import type { Turn } from "../api";
import { Section } from "../Section";
import { useInspectorTexts } from "../texts";
import { FEELING, HAND_OVER_FRUSTRATION } from "../thresholds";
import { MoodChart } from "./MoodChart";
import { percent } from "../words";

export type Mood = Turn["emotions"][number];

interface Props {
  turn: Turn;
  /** Over the whole conversation, further than this turn if it is an older one. */
  course: readonly Mood[];
}

/** How the customer felt, message by message. */
export function MoodSection({ turn, course }: Props) {
  const texts = useInspectorTexts();
  const label = texts.emotions[turn.emotion.label] ?? turn.emotion.label;
  const last = course[turn.emotions.length - 1];
  return (
    <Section name="mood" title={texts.mood} fact={texts.moodKey(label, percent(turn.frustration))}>
      {last === undefined ? null : (
        <>
          <figure>
            <MoodChart
              course={course}
              current={turn.emotions.length - 1}
              label={texts.moodChart(course.length, signed(last.valence), percent(last.frustration))}
            />
            <figcaption className="faint">{texts.moodText(signed(-FEELING), percent(HAND_OVER_FRUSTRATION))}</figcaption>
          </figure>
          <table className="visually-hidden">
            <thead>
              <tr>
                <th scope="col">{texts.moodMessage}</th>
                <th scope="col">{texts.moodFeeling}</th>
                <th scope="col">{texts.frustration}</th>
              </tr>
            </thead>
            <tbody>
              {course.map((mood, index) => (
                <tr key={index}>
                  <th scope="row">{index + 1}</th>
                  <td>
                    {texts.emotions[mood.label] ?? mood.label}, {signed(mood.valence)}
                  </td>
                  <td>{percent(mood.frustration)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </Section>
  );
}

function signed(valence: number): string {
  return `${valence < 0 ? "−" : valence > 0 ? "+" : ""}${Math.abs(valence).toFixed(2)}`;
}
