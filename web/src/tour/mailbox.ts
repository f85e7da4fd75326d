import { bodyOf } from "../api/client";
import type { Inspecting } from "../inspector/api";

/** The one-time code in the newest mail to an address, as its owner would read it. Throws if there is none. */
export async function codeMailedTo(address: string, { client }: Inspecting): Promise<string> {
  const { items } = await bodyOf(client.GET("/v1/demo/mailbox", { params: { query: { to: address } } }));
  const code = /\b\d{6}\b/.exec(items[0]?.body ?? "")?.[0];
  if (code === undefined) throw new Error(`No code was mailed to ${address}.`);
  return code;
}
