import { type ReactNode, useEffect, useRef } from "react";
import { useInspectorTexts } from "./texts";
import { useInspectorView } from "./ViewContext";
import type { SectionName } from "./view";

interface Props {
  name: SectionName;
  title: string;
  /** What one learns without opening it. */
  fact: string;
  /** Null where there is nothing to tell. */
  children: ReactNode;
}

/** A part of a turn's story: its heading with the most important fact, and the detail below when it is opened. */
export function Section({ name, title, fact, children }: Props) {
  const texts = useInspectorTexts();
  const [state, view] = useInspectorView();
  const section = useRef<HTMLDetailsElement>(null);
  const lit = state.spotlight === name;

  useEffect(() => {
    if (lit && section.current !== null) scrollTo(section.current);
  });

  if (children === null) {
    return (
      <div className="section empty">
        <h3>{title}</h3>
        <span className="fact">{texts.nothing}</span>
      </div>
    );
  }
  return (
    <details
      ref={section}
      className={lit ? "section lit" : "section"}
      open={state.open.has(name)}
      onToggle={(event) => view.toggle(name, event.currentTarget.open)}
    >
      <summary>
        <h3>{title}</h3>
        <span className="fact">{fact}</span>
      </summary>
      <div className="section-body">{children}</div>
    </details>
  );
}

/** Within its panel only: the page itself stays where it is. */
function scrollTo(section: HTMLElement): void {
  const panel = section.closest(".inspector-panel");
  const behavior = window.matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  panel?.scrollTo({ top: section.offsetTop, behavior });
}
