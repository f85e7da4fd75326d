import type { KeyboardEvent } from "react";
import { useTexts } from "../../common/TextsContext";
import type { FormField } from "../../conversation/events";
import { CodeInput } from "./CodeInput";

export interface FieldProps {
  field: FormField;
  /** Of the input, for its label and for the focus. */
  id: string;
  value: string;
  fault: string | null;
  /** What the field is for is said elsewhere already: its label is there for those who hear it. */
  labelled: boolean;
  onChange: (value: string) => void;
}

/** Without a last day, a year may be typed with six digits. */
const LAST_DAY = "9999-12-31";

/** More options than these are a list to unfold. */
const MOST_RADIOS = 5;

const KEYBOARDS: Partial<Record<FormField["type"], "decimal" | "numeric">> = {
  money: "decimal",
  number: "decimal",
  http_status: "numeric",
};

/** One field with its label and, under it, what is to be put right. */
export function Field(props: FieldProps) {
  const { field, id, fault, labelled } = props;
  const grouped = field.options.length > 0 && field.options.length <= MOST_RADIOS;
  const body = (
    <>
      {grouped ? <Radios {...props} /> : <Input {...props} />}
      {fault !== null && (
        <p id={`${id}-fault`} className="fault">
          {fault}
        </p>
      )}
    </>
  );
  if (grouped) {
    return (
      <fieldset
        className="field"
        role="radiogroup"
        aria-labelledby={`${id}-label`}
        aria-required={!field.optional}
        aria-invalid={fault !== null}
        aria-describedby={fault === null ? undefined : `${id}-fault`}
      >
        <legend id={`${id}-label`} className={labelled ? "visually-hidden" : ""} dir="auto">
          <Label field={field} />
        </legend>
        {body}
      </fieldset>
    );
  }
  return (
    <div className="field">
      <label htmlFor={id} className={labelled ? "visually-hidden" : ""} dir="auto">
        <Label field={field} />
      </label>
      {body}
    </div>
  );
}

function Label({ field }: { field: FormField }) {
  const texts = useTexts();
  return (
    <>
      {field.label}
      {field.optional && <span className="faint"> {texts.optional}</span>}
    </>
  );
}

function Radios({ field, id, value, onChange }: FieldProps) {
  return (
    <div className="radios">
      {field.options.map((option, index) => (
        <label key={option.text}>
          <input
            id={index === 0 ? id : undefined}
            type="radio"
            name={id}
            checked={option.text === value}
            onChange={() => onChange(option.text)}
          />
          <span dir="auto">{option.label}</span>
        </label>
      ))}
    </div>
  );
}

function Input({ field, id, value, fault, onChange }: FieldProps) {
  const texts = useTexts();
  const common = {
    id,
    value,
    required: !field.optional,
    "aria-invalid": fault !== null,
    "aria-describedby": fault === null ? undefined : `${id}-fault`,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  if (field.options.length > 0) {
    return (
      <select {...common}>
        <option value="">{texts.choose}</option>
        {field.options.map((option) => (
          <option key={option.text} value={option.text}>
            {option.label}
          </option>
        ))}
      </select>
    );
  }
  if (field.type === "code") return <CodeInput {...common} onChange={onChange} />;
  if (field.type === "text") return <textarea {...common} rows={1} dir="auto" onKeyDown={submitOnEnter} />;
  if (field.type === "email") {
    return <input {...common} type="email" autoComplete="email" spellCheck={false} dir="ltr" placeholder="name@example.com" />;
  }
  if (field.type === "date") return <input {...common} type="date" max={LAST_DAY} />;
  return <input {...common} type="text" inputMode={KEYBOARDS[field.type]} autoComplete="off" spellCheck={false} dir="ltr" />;
}

/** As in the composer: Enter sends, Shift+Enter starts a new line. */
function submitOnEnter(event: KeyboardEvent<HTMLTextAreaElement>): void {
  if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
  event.preventDefault();
  event.currentTarget.form?.requestSubmit();
}
