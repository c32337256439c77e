import { artifactPlaces } from "./artifact.ts";
import { artifactPlaceFields } from "./artifact-places.ts";

artifactPlaces.add(artifactPlaceFields);
