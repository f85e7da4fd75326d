import { useTexts } from "../common/TextsContext";
import type { QuickReply } from "../conversation/events";
import type { MessageEntry } from "../conversation/log";
import { resumeWriting } from "./focus";
import { Confirmation } from "./forms/Confirmation";
import { Form } from "./forms/Form";
import { formOf, inWords, type Values } from "./forms/values";
import { Pending } from "./Pending";
import type { ChatSession } from "./state/session";

interface Props {
  question: MessageEntry;
  session: ChatSession;
}

/** What an open question may be answered with, besides words: a form, a yes to what is shown, a click. */
export function Answers({ question, session }: Props) {
  const texts = useTexts();
  const form = formOf(question);
  const send = (text: string) => {
    session.send(text);
    resumeWriting();
  };
  const fillIn = (values: Values) => {
    session.fillIn(values, inWords(question.fields, values));
    resumeWriting();
  };

  if (question.expects?.kind === "confirmation" && question.fields.length > 0) {
    return <Confirmation question={question} onReply={send} onChange={fillIn} />;
  }
  return (
    <>
      {question.expects?.kind === "approval" && <Pending words={texts.approvalPending} />}
      {form.length > 0 && (
        <Form
          questionId={question.id}
          fields={form}
          submitLabel={texts.send}
          labelled={form.length === 1 && question.text.includes(form[0]?.label ?? "")}
          onSubmit={fillIn}
        />
      )}
      <QuickReplies replies={question.quickReplies} onReply={send} />
    </>
  );
}

function QuickReplies({ replies, onReply }: { replies: readonly QuickReply[]; onReply: (text: string) => void }) {
  const texts = useTexts();
  if (replies.length === 0) return null;
  return (
    <ul className="quick-replies" aria-label={texts.quickReplies}>
      {replies.map((reply) => (
        <li key={reply.text}>
          <button type="button" className="outlined" dir="auto" onClick={() => onReply(reply.text)}>
            {reply.label}
          </button>
        </li>
      ))}
    </ul>
  );
}
