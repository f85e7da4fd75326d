import { useTexts } from "../common/TextsContext";
import { Avatar } from "./Avatar";
import { useSite } from "./site";

interface Props {
  onAsk: (question: string) => void;
  /** Null where there are none. */
  onEarlier: (() => void) | null;
}

/** Before the first word: a greeting, which says that it is an AI, and what one may ask. */
export function Welcome({ onAsk, onEarlier }: Props) {
  const texts = useTexts();
  const site = useSite();
  const [hello, more] = opened(site.greeting);
  return (
    <section className="welcome" aria-labelledby="welcome-title">
      <Avatar size={64} />
      <h2 id="welcome-title" dir="auto">
        {hello}
      </h2>
      <p dir="auto">{more}</p>
      <p className="faint">{texts.welcomeText}</p>
      {site.suggested.length > 0 && (
        <>
          <h3>{texts.suggestions}</h3>
          <ul className="suggestions">
            {site.suggested.map((question) => (
              <li key={question}>
                <button type="button" dir="auto" onClick={() => onAsk(question)}>
                  {question}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      {onEarlier !== null && (
        <button type="button" className="quiet" onClick={onEarlier}>
          {texts.earlier}
        </button>
      )}
    </section>
  );
}

/** The greeting's first sentence, and the rest of it. */
function opened(greeting: string): [string, string] {
  const [, first = greeting, rest = ""] = /^(.+?[.!?؟])\s+(.+)$/s.exec(greeting) ?? [];
  return [first, rest];
}
