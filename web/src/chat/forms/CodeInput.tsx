import { useState } from "react";
import { CODE_DIGITS } from "./values";

interface Props {
  id: string;
  value: string;
  onChange: (value: string) => void;
}

/**
 * A code in boxes, a digit each: one real input lies over them, so that pasting, autofill and screen readers find what they
 * expect. Whatever is pasted, its digits count.
 */
export function CodeInput({ value, onChange, ...input }: Props) {
  const [focused, setFocused] = useState(false);
  const active = Math.min(value.length, CODE_DIGITS - 1);
  return (
    <div className="code-entry" dir="ltr">
      {Array.from({ length: CODE_DIGITS }, (_, index) => (
        <span key={index} aria-hidden="true" className={focused && index === active ? "active" : ""}>
          {value[index] ?? ""}
        </span>
      ))}
      <input
        {...input}
        type="text"
        inputMode="numeric"
        autoComplete="one-time-code"
        value={value}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
        onChange={(event) => onChange(event.target.value.replace(/\D/g, "").slice(0, CODE_DIGITS))}
      />
    </div>
  );
}
