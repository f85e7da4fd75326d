import { useTexts } from "../common/TextsContext";

/** The server does not know this conversation any more. */
export function Lost({ onStartOver }: { onStartOver: () => void }) {
  const texts = useTexts();
  return (
    <section className="card" role="alert">
      <h2>{texts.lostTitle}</h2>
      <p>{texts.lostText}</p>
      <button type="button" className="primary" onClick={onStartOver}>
        {texts.newConversation}
      </button>
    </section>
  );
}
