/** Something that others have in hand. */
export function Pending({ words }: { words: string }) {
  return (
    <p className="pending">
      <span className="spinner" aria-hidden="true" />
      <span>{words}</span>
    </p>
  );
}
