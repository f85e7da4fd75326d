import { type FormEvent, type ReactNode, useId, useRef, useState } from "react";
import { useTexts } from "../../common/TextsContext";
import type { FormField } from "../../conversation/events";
import { useTakenFocus } from "../focus";
import { Field } from "./FieldInput";
import { faultOf, heldValues, type Values } from "./values";

interface Props {
  /** The message that asks. */
  questionId: string;
  fields: readonly FormField[];
  submitLabel: string;
  /** The message says already what the fields are for. */
  labelled?: boolean;
  onSubmit: (values: Values) => void;
  /** Further buttons. */
  children?: ReactNode;
}

/** What was entered, by question, while the page is open: a form that comes back is as it was left. */
const entered = new Map<string, Values>();

/** Several values at once. What is wrong is said under its field when the form is sent, and from then on as it is put right. */
export function Form({ questionId, fields, submitLabel, labelled = false, onSubmit, children }: Props) {
  const texts = useTexts();
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState<Values>(() => ({ ...heldValues(fields), ...entered.get(questionId) }));
  const [checked, setChecked] = useState(false);
  useTakenFocus(form);

  const enter = (slot: string, value: string) => {
    const next = { ...values, [slot]: value };
    entered.set(questionId, next);
    setValues(next);
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setChecked(true);
    const wrong = fields.find((field) => faultOf(field, values[field.slot] ?? "", texts) !== null);
    if (wrong === undefined) onSubmit(trimmed(values));
    else document.getElementById(`${id}-${wrong.slot}`)?.focus();
  };

  return (
    <form ref={form} className="answer-card" aria-label={texts.form} noValidate onSubmit={submit}>
      {fields.map((field) => (
        <Field
          key={field.slot}
          id={`${id}-${field.slot}`}
          field={field}
          labelled={labelled}
          value={values[field.slot] ?? ""}
          fault={checked ? faultOf(field, values[field.slot] ?? "", texts) : null}
          onChange={(value) => enter(field.slot, value)}
        />
      ))}
      <div className="form-buttons">
        <button type="submit" className="primary">
          {submitLabel}
        </button>
        {children}
      </div>
    </form>
  );
}

function trimmed(values: Values): Values {
  return Object.fromEntries(Object.entries(values).map(([slot, value]) => [slot, value.trim()]));
}
