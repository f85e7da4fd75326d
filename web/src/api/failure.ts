/** What the one who asked can do about it. */
export type Remedy =
  | "retry" // nothing reached the server, or it is failing: the same request may work later
  | "wait" // a limit was reached: the same request works after `retryAfterMs`
  | "authenticate" // the key or token is not accepted
  | "change"; // the request itself is wrong, or the thing has moved on

const DEFAULT_LIMIT_WAIT_MS = 5_000;

/** Why a request had no success, from the server's problem document (RFC 9457) or from the network. */
export class Failure extends Error {
  override readonly name = "Failure";

  constructor(
    readonly remedy: Remedy,
    readonly status: number | null,
    readonly detail: string,
    readonly retryAfterMs: number | null = null,
  ) {
    super(detail);
  }

  static unreachable(): Failure {
    return new Failure("retry", null, "The server cannot be reached.");
  }

  static of(error: unknown): Failure {
    return error instanceof Failure ? error : Failure.unreachable();
  }

  static async fromResponse(response: Response): Promise<Failure> {
    const problem = await problemIn(response);
    const detail = problem.detail ?? problem.title ?? `The server answered ${response.status}.`;
    const retryAfterMs = waitAskedFor(response, problem);
    if (response.status === 429) {
      return new Failure("wait", 429, detail, retryAfterMs ?? DEFAULT_LIMIT_WAIT_MS);
    }
    if (response.status >= 500 || response.status === 408) {
      return new Failure("retry", response.status, detail, retryAfterMs);
    }
    return new Failure(response.status === 401 || response.status === 403 ? "authenticate" : "change", response.status, detail);
  }
}

interface ProblemDocument {
  title?: string;
  detail?: string;
  retry_after?: number;
}

async function problemIn(response: Response): Promise<ProblemDocument> {
  if (!(response.headers.get("Content-Type") ?? "").includes("json")) return {};
  const body: unknown = await response.json().catch(() => null);
  return typeof body === "object" && body !== null ? (body as ProblemDocument) : {};
}

/** `Retry-After` in seconds or as a date, else the document's own `retry_after` in seconds. */
function waitAskedFor(response: Response, problem: ProblemDocument): number | null {
  const header = response.headers.get("Retry-After");
  if (header !== null) {
    const seconds = Number(header);
    if (Number.isFinite(seconds)) return Math.max(0, seconds * 1_000);
    const at = Date.parse(header);
    if (Number.isFinite(at)) return Math.max(0, at - Date.now());
  }
  return typeof problem.retry_after === "number" ? problem.retry_after * 1_000 : null;
}
