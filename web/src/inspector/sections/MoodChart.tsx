import { useInspectorTexts } from "../texts";
import { FEELING, HAND_OVER_FRUSTRATION } from "../thresholds";
import type { Mood } from "./Mood";

const WIDTH = 400;
const HEIGHT = 150;
const LEFT = 30;
const RIGHT = 84;
const TOP = 10;
const BOTTOM = 22;
const MOST_NUMBERS = 12;
const LABEL_GAP = 14;

interface Props {
  course: readonly Mood[];
  /** The point of the turn that is looked at. */
  current: number;
  /** What it shows, in words. */
  label: string;
}

/** Feeling (−1…1) and frustration (0…1) over the customer's messages, on one scale. */
export function MoodChart({ course, current, label }: Props) {
  const texts = useInspectorTexts();
  const x = (index: number) => LEFT + ((WIDTH - LEFT - RIGHT) * (index + 0.5)) / course.length;
  const y = (value: number) => TOP + ((HEIGHT - TOP - BOTTOM) * (1 - value)) / 2;
  const path = (value: (mood: Mood) => number) =>
    course.map((mood, index) => `${index === 0 ? "M" : "L"}${x(index).toFixed(1)} ${y(value(mood)).toFixed(1)}`).join("");
  const every = Math.ceil(course.length / MOST_NUMBERS);
  const last = course.at(-1);
  const ends = last === undefined ? [0, 0] : apart(y(last.valence), y(last.frustration));
  return (
    <svg className="mood" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <rect className="now" x={x(current) - 9} y={TOP - 4} width={18} height={HEIGHT - TOP - BOTTOM + 8} rx={6} />
      {[1, 0, -1].map((value) => (
        <g key={value}>
          <line className="grid" x1={LEFT} x2={WIDTH - RIGHT} y1={y(value)} y2={y(value)} />
          <text x={LEFT - 6} y={y(value) + 4} textAnchor="end">
            {value === -1 ? "−1" : value}
          </text>
        </g>
      ))}
      {[FEELING, -FEELING].map((value) => (
        <line key={value} className="threshold feeling" x1={LEFT} x2={WIDTH - RIGHT} y1={y(value)} y2={y(value)} />
      ))}
      <text x={LEFT - 6} y={y(-FEELING) + 4} textAnchor="end">
        −{FEELING}
      </text>
      <line
        className="threshold frustration"
        x1={LEFT}
        x2={WIDTH - RIGHT}
        y1={y(HAND_OVER_FRUSTRATION)}
        y2={y(HAND_OVER_FRUSTRATION)}
      />
      <text x={LEFT - 6} y={y(HAND_OVER_FRUSTRATION) + 10} textAnchor="end">
        {HAND_OVER_FRUSTRATION}
      </text>
      <path className="line feeling" d={path((mood) => mood.valence)} />
      <path className="line frustration" d={path((mood) => mood.frustration)} />
      {course.map((mood, index) => (
        <g key={index}>
          <circle className="dot feeling" cx={x(index)} cy={y(mood.valence)} r={3.5}>
            <title>{`${index + 1}: ${texts.emotions[mood.label] ?? mood.label} ${mood.valence.toFixed(2)}`}</title>
          </circle>
          <rect className="dot frustration" x={x(index) - 3} y={y(mood.frustration) - 3} width={6} height={6}>
            <title>{`${index + 1}: ${texts.frustration} ${mood.frustration.toFixed(2)}`}</title>
          </rect>
          {(index === current || (index % every === 0 && Math.abs(index - current) >= every)) && (
            <text x={x(index)} y={HEIGHT - 4} textAnchor="middle">
              {index + 1}
            </text>
          )}
        </g>
      ))}
      <text className="name feeling" x={WIDTH - RIGHT + 6} y={(ends[0] ?? 0) + 4}>
        {texts.valence}
      </text>
      <text className="name frustration" x={WIDTH - RIGHT + 6} y={(ends[1] ?? 0) + 4}>
        {texts.frustration}
      </text>
    </svg>
  );
}

/** Two heights, moved so that labels at them do not cover each other. */
function apart(one: number, other: number): [number, number] {
  const missing = LABEL_GAP - Math.abs(one - other);
  if (missing <= 0) return [one, other];
  return one <= other ? [one - missing / 2, other + missing / 2] : [one + missing / 2, other - missing / 2];
}
