import type { Database } from "../../../db/database.ts";
import { testServices } from "../../../testing/services.ts";
import type { Limits, Services } from "../../services.ts";
import { defaultLimits } from "../../services.ts";

/** Services over a real database with other limits than the default, and other parts where a test gives them. */
export const runServices = (db: Database, limits: Partial<Limits> = {}, parts: Partial<Services> = {}): Services =>
  testServices(db, { publicUrl: "http://bellhop.test", limits: { ...defaultLimits, ...limits }, ...parts });
