import { artifactPlaceFields } from "./artifact-places.ts";
import { artifactPlaces } from "./artifact.ts";
import { entityArtifactFields } from "./entity-artifacts.ts";
import { entityPeopleFields } from "./entity-people.ts";
import { entityProjectFields, userProjectFields } from "./entity-projects.ts";
import { entityTriggerFields, organizationTriggerFields } from "./entity-triggers.ts";
import { entityFields } from "./entity.ts";
import { organizationFields } from "./organization.ts";
import { projectArtifactFields } from "./project-artifacts.ts";
import { projectRunFields } from "./project-runs.ts";
import { projectTriggerFields } from "./project-triggers.ts";
import { projectFields } from "./project.ts";
import { runArtifactFields } from "./run-artifacts.ts";
import { runFields } from "./run.ts";
import { userFields } from "./user.ts";

// One line for each noun that adds fields to another's type.
projectFields.add(projectRunFields);
projectFields.add(projectArtifactFields);
projectFields.add(projectTriggerFields);
entityFields.add(entityPeopleFields);
entityFields.add(entityProjectFields);
entityFields.add(entityArtifactFields);
entityFields.add(entityTriggerFields);
runFields.add(runArtifactFields);
organizationFields.add(organizationTriggerFields);
userFields.add(userProjectFields);
artifactPlaces.add(artifactPlaceFields);
