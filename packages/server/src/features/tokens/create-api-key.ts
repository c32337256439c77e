import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";
import type { IssuedApiKey } from "./issue-api-key.ts";
import { issueApiKey } from "./issue-api-key.ts";

/** Makes an API key for the viewer themselves. */
export const createApiKey = (services: Pick<Services, "db" | "random" | "ids">, viewer: Viewer, input: { description: string | null }): Promise<IssuedApiKey> =>
  issueApiKey(services, services.db, viewer, input);
