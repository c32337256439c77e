import { callbackPath, makeCallbackToken, readCallbackToken } from "../../domain/outcome/callback-token.ts";
import type { Services } from "../services.ts";

const purpose = "callbacks";

/** Makes the address to which an execution's receiver reports. The keys are derived once: it is asked for each delivery. */
export function callbackLinks({ secretStore, publicUrl }: Pick<Services, "secretStore" | "publicUrl">): (executionId: string) => string {
  const key = secretStore.derive(purpose);
  return (executionId) => `${publicUrl}${callbackPath}${makeCallbackToken(executionId, key)}`;
}

/** As histories and previews show it: the address without a token. */
export const shownCallbackUrl = ({ publicUrl }: Pick<Services, "publicUrl">): string => `${publicUrl}${callbackPath}[callback token]`;

/** The execution whose callback token this is; null for anything that this server did not make. Says nothing of its age. */
export const executionOfToken = ({ secretStore }: Pick<Services, "secretStore">, token: string): string | null => readCallbackToken(token, secretStore.deriveAll(purpose));
