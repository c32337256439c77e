/** Whether an error of the operating system has one of these codes, as `ENOENT`. */
export const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);

/** For `catch`: null where the error has one of these codes; every other one is thrown on. */
export const nullFor = (...codes: readonly string[]) => (error: unknown): null => {
  if (hasCode(error, ...codes)) return null;
  throw error;
};
