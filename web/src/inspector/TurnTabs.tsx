import { type KeyboardEvent, useEffect, useRef } from "react";
import { useInspectorTexts } from "./texts";

interface Props {
  turns: readonly string[];
  shown: string;
  onChoose: (turnId: string) => void;
}

/** The conversation's turns, one after the other; the arrow keys step through them. */
export function TurnTabs({ turns, shown, onChoose }: Props) {
  const texts = useInspectorTexts();
  const list = useRef<HTMLDivElement>(null);
  const index = turns.indexOf(shown);

  useEffect(() => {
    const tab = list.current?.querySelector<HTMLElement>("[aria-selected=true]");
    if (tab == null || list.current === null) return;
    list.current.scrollTop = tab.offsetTop - (list.current.clientHeight - tab.offsetHeight) / 2;
  }, [shown, turns.length]);

  const onKeyDown = (event: KeyboardEvent) => {
    const last = turns.length - 1;
    const next = { ArrowLeft: Math.max(index - 1, 0), ArrowRight: Math.min(index + 1, last), Home: 0, End: last }[event.key];
    const id = next === undefined ? undefined : turns[next];
    if (id === undefined) return;
    event.preventDefault();
    onChoose(id);
    list.current?.querySelector<HTMLElement>(`[data-turn="${id}"]`)?.focus({ preventScroll: true });
  };

  return (
    <div ref={list} className="turn-tabs" role="tablist" aria-label={texts.turns} title={texts.turnKeys} onKeyDown={onKeyDown}>
      {turns.map((id, place) => (
        <button
          key={id}
          id={`turn-${id}`}
          data-turn={id}
          type="button"
          role="tab"
          aria-label={texts.turn(place + 1, turns.length)}
          aria-selected={id === shown}
          aria-controls="inspector-turn"
          tabIndex={id === shown || (index < 0 && place === turns.length - 1) ? 0 : -1}
          onClick={() => onChoose(id)}
        >
          {place + 1}
        </button>
      ))}
    </div>
  );
}
