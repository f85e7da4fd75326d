/** A new random key, 128 bits as hexadecimal. (`crypto.randomUUID` exists only in secure contexts.) */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A value from the address's fragment: `#key=pk_…&language=de`. */
export function fromFragment(name: string): string | null {
  return new URLSearchParams(window.location.hash.slice(1)).get(name);
}
