import type { Turn } from "../api";
import { Section } from "../Section";
import { useInspectorTexts } from "../texts";
import { milliseconds } from "../words";

const WIDTH = 100;
const HEIGHT = 12;
const NARROWEST = 0.8;

/** The stages one after the other, on one line of time: how long each took, and how much of that the processor worked. */
export function Stages({ turn }: { turn: Turn }) {
  const texts = useInspectorTexts();
  const computing = turn.stages.reduce((sum, { cpu_ms }) => sum + cpu_ms, 0);
  const total = Math.max(turn.total_ms, 0.001);
  const starts = turn.stages.map((_, index) => turn.stages.slice(0, index).reduce((sum, { ms }) => sum + ms, 0));
  return (
    <Section
      name="stages"
      title={texts.stages}
      fact={texts.stagesKey(milliseconds(turn.total_ms), milliseconds(computing))}
    >
      <table className="stages">
        <thead>
          <tr>
            <th scope="col">{texts.stage}</th>
            <td />
            <th scope="col">{texts.wall}</th>
            <th scope="col">{texts.cpu}</th>
          </tr>
        </thead>
        <tbody>
          {turn.stages.map(({ name, ms, cpu_ms }, index) => (
            <tr key={index}>
              <th scope="row">
                {texts.stageWords[name] ?? name}
                <code>{name}</code>
              </th>
              <td>
                <Span start={(starts[index] ?? 0) / total} wall={ms / total} computing={Math.min(cpu_ms, ms) / total} />
              </td>
              <td>{milliseconds(ms)}</td>
              <td>{milliseconds(cpu_ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

/** All in shares of the whole turn. */
function Span({ start, wall, computing }: { start: number; wall: number; computing: number }) {
  const width = (share: number) => Math.max(share * WIDTH, NARROWEST);
  const x = Math.min(start * WIDTH, WIDTH - width(wall));
  return (
    <svg className="span" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <line x1="0" x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} />
      <rect className="wall" x={x} width={width(wall)} height={HEIGHT} />
      <rect className="cpu" x={x} width={Math.min(width(computing), width(wall))} height={HEIGHT} />
    </svg>
  );
}
