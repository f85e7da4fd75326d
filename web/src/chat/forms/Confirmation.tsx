import { useState } from "react";
import { EditIcon } from "../../common/icons";
import { useTexts } from "../../common/TextsContext";
import type { MessageEntry } from "../../conversation/log";
import { PairList } from "../PairList";
import { Form } from "./Form";
import { heldValues, shownValue, type Values } from "./values";

interface Props {
  question: MessageEntry;
  onReply: (text: string) => void;
  /** What was changed; the agent then asks again. */
  onChange: (values: Values) => void;
}

/** What a yes rests on, to be looked at, put right, and said yes or no to. */
export function Confirmation({ question, onReply, onChange }: Props) {
  const texts = useTexts();
  const [editing, setEditing] = useState<"not yet" | "now" | "done">("not yet");
  const { fields, quickReplies } = question;

  if (editing === "now") {
    const change = (values: Values) => {
      const held = heldValues(fields);
      const changed = Object.entries(values).filter(([slot, value]) => value !== held[slot]);
      if (changed.length > 0) onChange(Object.fromEntries(changed));
      else setEditing("done");
    };
    return (
      <Form questionId={question.id} fields={fields} submitLabel={texts.saveChanges} onSubmit={change}>
        <button type="button" className="quiet" onClick={() => setEditing("done")}>
          {texts.cancel}
        </button>
      </Form>
    );
  }
  const pairs = fields.map((field) => [field.label, shownValue(field, field.value ?? "") || texts.empty] as const);
  const [only, second] = pairs;
  const saidAlready = second === undefined && only !== undefined && question.text.includes(only[1]);
  return (
    <section className={saidAlready ? undefined : "answer-card"} aria-label={texts.pleaseCheck}>
      {!saidAlready && <PairList pairs={pairs} />}
      <ul className="quick-replies" aria-label={texts.quickReplies}>
        {quickReplies.map((reply, index) => (
          <li key={reply.text}>
            <button type="button" className={index === 0 ? "primary" : "outlined"} dir="auto" onClick={() => onReply(reply.text)}>
              {reply.label}
            </button>
          </li>
        ))}
        <li>
          <button type="button" className="quiet" autoFocus={editing === "done"} onClick={() => setEditing("now")}>
            <EditIcon size={17} />
            {texts.edit}
          </button>
        </li>
      </ul>
    </section>
  );
}
