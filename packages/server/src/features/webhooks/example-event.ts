import type { Event } from "../../domain/event.ts";
import type { Services } from "../services.ts";

/** An event that never was, for trying a webhook out. */
export const exampleEvent = ({ ids, clock }: Pick<Services, "ids" | "clock">, author: string): Event => ({
  id: ids(),
  at: clock.now(),
  type: "LINK_MODEL",
  author,
  subject: {
    kind: "artifact",
    artifactId: 0,
    versionIndex: 3,
    collectionId: 0,
    collectionName: "mnist-classifier",
    collectionKind: "portfolio",
    artifactType: "model",
    projectId: 0,
    projectName: "wandb-registry-model",
    entityId: 0,
    entityName: "vision-team",
    alias: null,
    tag: null,
    metadata: {},
  },
});
