import type { ReactNode } from "react";

/* What several sections are made of. */

export interface Fact {
  name: string;
  value: ReactNode;
}

export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="inspector-facts">
      {facts.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd dir="auto">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export type Tone = "good" | "bad" | "waits" | "plain";

export function Tag({ tone = "plain", children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`label ${tone}`}>{children}</span>;
}

const THINNEST = 0.005;

/** `share` (0…1) as a bar; `line`: where it has to reach. What it says stands beside it in words. */
export function Bar({ share, line, faded = false }: { share: number; line?: number; faded?: boolean }) {
  return (
    <span className={faded ? "share faded" : "share"} aria-hidden="true">
      {share > 0 && <span style={{ inlineSize: `${Math.min(1, Math.max(share, THINNEST)) * 100}%` }} />}
      {line !== undefined && <i style={{ insetInlineStart: `${line * 100}%` }} />}
    </span>
  );
}
