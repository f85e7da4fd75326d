import { Mark } from "../common/Mark";
import { useTexts } from "../common/TextsContext";
import type { Site } from "./useSite";

/** Before the first word: that it is an AI, and what one may ask. */
export function Welcome({ site, questions, onAsk }: { site: Site; questions: string[]; onAsk: (question: string) => void }) {
  const texts = useTexts();
  return (
    <section className="welcome" aria-labelledby="welcome-title">
      <Mark size={48} />
      <h2 id="welcome-title">{texts.welcomeTitle(site.name)}</h2>
      <p>{texts.welcomeText}</p>
      {questions.length > 0 && (
        <>
          <h3>{texts.suggestions}</h3>
          <ul className="suggestions">
            {questions.map((question) => (
              <li key={question}>
                <button type="button" dir="auto" onClick={() => onAsk(question)}>
                  {question}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
