import { InspectIcon } from "../common/icons";
import { INSPECT_BUTTON } from "../inspector/Inspector";
import { useInspectorTexts } from "../inspector/texts";
import { useTourTexts } from "./texts";

interface Props {
  inspected: boolean;
  onInspect: () => void;
  /** Null where the tour does not fit the company. */
  onTour: (() => void) | null;
  operatorAddress: string;
}

/** Says that this is a demo, and what else there is to see in it. */
export function DemoBar({ inspected, onInspect, onTour, operatorAddress }: Props) {
  const texts = useTourTexts();
  const inspectorTexts = useInspectorTexts();
  return (
    <section className="demo-bar" aria-label={texts.bar}>
      <p>{texts.demo}</p>
      {onTour !== null && (
        <button type="button" className="outlined small" onClick={onTour}>
          {texts.take}
        </button>
      )}
      <button id={INSPECT_BUTTON} type="button" className="outlined small" aria-pressed={inspected} onClick={onInspect}>
        <InspectIcon size={16} />
        {inspectorTexts.title}
      </button>
      <a href={operatorAddress} target="_blank" rel="noopener noreferrer">
        {texts.operator}
      </a>
    </section>
  );
}
