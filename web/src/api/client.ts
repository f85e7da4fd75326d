import createClient from "openapi-fetch";
import { Failure } from "./failure";
import type { paths } from "./schema";

export type Client = ReturnType<typeof clientFor>;

const REQUEST_TIMEOUT_MS = 20_000;

/** The API as its OpenAPI document describes it, asked with this key or token. Every failure is thrown as a `Failure`. */
export function clientFor(bearer: string | null) {
  const client = createClient<paths>({
    baseUrl: window.location.origin,
    headers: bearer === null ? {} : { Authorization: `Bearer ${bearer}` },
    fetch: (request) => fetch(request, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) }),
  });
  client.use({
    onError: () => Failure.unreachable(),
    onResponse: async ({ response }) => {
      if (!response.ok) throw await Failure.fromResponse(response);
    },
  });
  return client;
}

/** The body of a successful answer. */
export async function bodyOf<Body>(answer: Promise<{ data?: Body }>): Promise<Body> {
  try {
    const { data } = await answer;
    if (data !== undefined) return data;
  } catch (error) {
    throw Failure.of(error);
  }
  throw Failure.unreachable();
}
