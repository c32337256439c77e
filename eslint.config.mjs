// The budgets of CONTRIBUTING.md, as rules. Never loosen one to pass: split, name, or rethink.
import tseslint from "typescript-eslint";
import bellhop from "./scripts/lint-rules/index.mjs";

const timeAndChance = [
  { object: "Date", property: "now", message: "Take a Clock (kit/clock.ts), so that tests can set the time." },
  { object: "Math", property: "random", message: "Take a Random (kit/random.ts), so that tests can set the dice." },
  { object: "process", property: "env", message: "Only config.ts reads the environment; take the value from Config." },
];

export default tseslint.config(
  { ignores: ["**/node_modules/**", "**/.bellhop/**", "**/.cache/**"] },
  {
    files: ["packages/*/src/**/*.ts"],
    languageOptions: { parser: tseslint.parser, parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    plugins: { "@typescript-eslint": tseslint.plugin, bellhop },
    rules: {
      "max-lines": ["error", { max: 400 }],
      "max-lines-per-function": ["error", { max: 60 }],
      "max-params": ["error", 4],
      eqeqeq: "error",
      "no-restricted-properties": ["error", ...timeAndChance],
      "no-restricted-syntax": ["error", { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "Take a Clock (kit/clock.ts), so that tests can set the time." }],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-unsafe-argument": "error",
      "@typescript-eslint/no-unsafe-assignment": "error",
      "@typescript-eslint/no-unsafe-call": "error",
      "@typescript-eslint/no-unsafe-member-access": "error",
      "@typescript-eslint/no-unsafe-return": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/consistent-type-assertions": ["error", { assertionStyle: "never" }],
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/only-throw-error": "error",
      "bellhop/catch-accounts-for-the-error": "error",
    },
  },
  {
    files: ["packages/server/src/features/**/*.ts"],
    ignores: ["**/*.test.ts"],
    rules: { "bellhop/transaction-has-permission-and-event": "error" },
  },
  // The named helpers in which a cast may stand, with the reason beside each.
  { files: ["packages/*/src/kit/cast.ts"], rules: { "@typescript-eslint/consistent-type-assertions": "off" } },
  { files: ["packages/server/src/config.ts", "packages/server/src/serve.ts"], rules: { "no-restricted-properties": "off" } },
  { files: ["packages/server/src/kit/clock.ts", "packages/server/src/kit/random.ts"], rules: { "no-restricted-properties": "off", "no-restricted-syntax": "off" } },
  {
    // Tests read answers of unknown shape and group many cases in one describe().
    files: ["packages/*/src/**/*.test.ts", "packages/*/src/testing/**/*.ts"],
    rules: {
      "max-lines-per-function": "off",
      "no-restricted-properties": "off",
      "no-restricted-syntax": "off",
      "@typescript-eslint/consistent-type-assertions": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "bellhop/catch-accounts-for-the-error": "off",
    },
  },
  {
    files: ["e2e/**/*.ts", "bench/**/*.ts", "scripts/**/*.ts"],
    languageOptions: { parser: tseslint.parser, parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "@typescript-eslint": tseslint.plugin },
    rules: {
      "max-lines": ["error", { max: 400 }],
      "max-params": ["error", 4],
      eqeqeq: "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-floating-promises": "error",
    },
  },
);
