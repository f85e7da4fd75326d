import { type FormEvent, useEffect, useState } from "react";
import { Mark } from "../common/Mark";

/** Asks for an operator key. */
export function KeyForm({ refused, onKey }: { refused: boolean; onKey: (key: string) => void }) {
  const [key, setKey] = useState("");
  const [problem, setProblem] = useState(refused ? "This key is not valid. Operator keys begin with ok_." : null);

  useEffect(() => {
    document.title = "Sign in · Casewright";
  }, []);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const given = key.trim();
    if (given === "") setProblem("Paste your operator key first.");
    else if (given.startsWith("pk_")) setProblem("This is a publishable key, for customers. Operator keys begin with ok_.");
    else onKey(given);
  };

  return (
    <main className="key-page">
      <form className="card key-form" onSubmit={submit}>
        <Mark size={44} />
        <h1>Operator</h1>
        <label className="field">
          Operator key
          <input
            type="password"
            autoComplete="off"
            placeholder="ok_…"
            value={key}
            aria-describedby={problem === null ? "key-hint" : "key-problem"}
            aria-invalid={problem !== null}
            onChange={(event) => setKey(event.target.value)}
          />
        </label>
        {problem !== null && (
          <p id="key-problem" className="problem" role="alert">
            {problem}
          </p>
        )}
        <p id="key-hint" className="faint">
          Kept in this tab only, until you close it.
        </p>
        <button type="submit" className="primary">
          Open the inbox
        </button>
      </form>
    </main>
  );
}
