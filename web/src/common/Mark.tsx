/** The product's mark: a speech bubble that is also a file, signed off. */
export function Mark({ size = 32 }: { size?: number }) {
  return (
    <svg className="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="9" className="mark-ground" />
      <path
        className="mark-file"
        d="M7.5 10.2c0-1.2 1-2.2 2.2-2.2h3.9c.6 0 1.2.3 1.6.8l.9 1.1h6.2c1.2 0 2.2 1 2.2 2.2v7.7c0 1.2-1 2.2-2.2 2.2h-6.6l-4 3.3c-.5.4-1.2.1-1.2-.6V22h-.8c-1.2 0-2.2-1-2.2-2.2z"
      />
      <path className="mark-check" d="m12.4 16 2.5 2.5 4.9-5" />
    </svg>
  );
}
