import { Failure } from "../../../domain/failure.ts";
import type { Viewer } from "../../../domain/viewer.ts";
import type { Services } from "../../../features/services.ts";

/** What every resolver gets as its second argument. */
export type Context = {
  services: Services;
  /** Null when no API key was sent. */
  viewer: Viewer | null;
  /** The User-Agent header: old clients cannot read everything that newer ones can. */
  userAgent?: string | undefined;
};

/** The viewer, or an "unauthenticated" failure. */
export function requireViewer(context: Context): Viewer {
  if (context.viewer === null) throw new Failure("unauthenticated", "Send an API key: run `wandb login`, or set WANDB_API_KEY.");
  return context.viewer;
}
