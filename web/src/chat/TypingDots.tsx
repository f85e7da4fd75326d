import type { Speaker } from "../conversation/events";
import { useTexts } from "../common/TextsContext";

/** That somebody is writing. */
export function TypingDots({ from }: { from: Speaker | null }) {
  const texts = useTexts();
  if (from === null || from === "customer") return null;
  return (
    <p className="typing">
      <span className="visually-hidden">{from === "agent" ? texts.typingAssistant : texts.typingPerson}</span>
      <i />
      <i />
      <i />
    </p>
  );
}
