import { encodeId } from "../../../domain/global-id.ts";
import type { TagRow } from "../../../features/artifacts/index.ts";

export const tagNode = (row: TagRow): object => ({ __typename: "Tag", id: encodeId("Tag", row.id), name: row.tag });
