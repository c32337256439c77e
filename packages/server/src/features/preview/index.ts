export { previewChange } from "./preview-change.ts";
export type { Preview, PreviewedAutomation } from "./preview-change.ts";
export type { TriedChange } from "./tried-change.ts";
