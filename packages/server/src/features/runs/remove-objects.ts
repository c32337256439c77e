import { isObjectKey } from "../../ports/object-store/port.ts";
import type { Services } from "../services.ts";

/**
 * Removes objects that no row names any more. The change is durable by then: an object that cannot be removed only
 * takes up room, so it is reported and the request goes on.
 */
export async function removeObjects(services: Pick<Services, "objects" | "log">, keys: readonly string[]): Promise<void> {
  for (const key of keys.filter(isObjectKey)) {
    try {
      await services.objects.delete(key);
    } catch (error) {
      services.log.warn({ err: error, key }, "an object that is no longer needed could not be removed");
    }
  }
}
