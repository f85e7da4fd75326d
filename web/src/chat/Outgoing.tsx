import type { FormField } from "../conversation/events";
import { useTexts } from "../common/TextsContext";
import type { OutgoingMessage } from "./state/memory";
import { resumeWriting } from "./focus";
import { CustomerText } from "./Message";
import type { ChatSession } from "./state/session";

interface Props {
  message: OutgoingMessage;
  first: boolean;
  asked: readonly FormField[];
  delayed: boolean;
  session: ChatSession;
}

/** A message on its way, or one that the server will not take. */
export function Outgoing({ message, first, asked, delayed, session }: Props) {
  const texts = useTexts();
  return (
    <article className={`message customer outgoing${first ? " first" : ""}`} aria-label={texts.you}>
      <div className="bubble">
        <CustomerText text={message.text} asked={asked} />
      </div>
      {message.refusal === null ? (
        <p className="delivery">{delayed ? texts.waiting : texts.sending}</p>
      ) : (
        <div className="delivery refused">
          <p role="alert">
            <strong>{texts.notSent}.</strong> {message.refusal}
          </p>
          {message.form === null && (
            <button type="button" className="quiet small" onClick={() => session.startOver("undelivered")}>
              {texts.sendInNew}
            </button>
          )}
          <button
            type="button"
            className="quiet small"
            onClick={() => {
              session.discard(message.key);
              if (message.form === null) resumeWriting();
            }}
          >
            {message.form === null ? texts.discard : texts.edit}
          </button>
        </div>
      )}
    </article>
  );
}
