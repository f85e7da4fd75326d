import { InspectIcon } from "../common/icons";
import { useInspectorTexts } from "../inspector/texts";

/** Beside a reply: the way to how it came about. */
export function LookInside({ looking, onLook }: { looking: boolean; onLook: () => void }) {
  const texts = useInspectorTexts();
  return (
    <button type="button" className="quiet small look-inside" aria-pressed={looking} onClick={onLook}>
      <InspectIcon size={16} />
      {texts.explain}
    </button>
  );
}
