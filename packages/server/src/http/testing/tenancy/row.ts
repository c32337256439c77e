import type { Call, Scene, Who } from "./world.ts";

/** What an operation is about, by name: ids and names of objects of the team. */
export type Ids = Readonly<Record<string, string | number>>;

/**
 * From whom on an operation is allowed. `own`: only for the user whose object it is, the team's administrator here.
 * `signed in`: for everyone with a key; what they get is their own. `anyone`: without a key too.
 */
export type Least = "anyone" | "signed in" | "own" | "viewer" | "member" | "admin" | "owner" | "root";

export type Row = {
  least: Least;
  /** Makes objects for one call: what one call deletes, the next one needs again. */
  ids(scene: Scene): Promise<Ids> | Ids;
  call(ids: Ids, who: Who): Call;
};

/** Ties the ids that are made to those that the call uses. */
export function row<I extends Ids>(least: Least, ids: (scene: Scene) => Promise<I> | I, call: (ids: I, who: Who) => Call): Row {
  let last: I | null = null;
  return {
    least,
    ids: async (scene) => (last = await ids(scene)),
    call: (given, who) => {
      if (last === null || !isLike(given, last)) throw new Error("these are other ids than were made");
      return call(given, who);
    },
  };
}

const isLike = <I extends Ids>(ids: Ids, made: I): ids is I => Object.entries(made).every(([name, value]) => typeof ids[name] === typeof value);

const uuid = /^[0-9a-f]{8}-/;

/** The same, but as of an object that does not exist: all of them, or the one that is named. */
export const withMissing = (ids: Ids, only?: string): Ids =>
  Object.fromEntries(Object.entries(ids).map(([name, value]) => [name, only === undefined || only === name ? missing(name, value) : value]));

function missing(name: string, value: string | number): string | number {
  if (typeof value === "number") return 999_999_999;
  return uuid.test(value) ? "00000000-0000-7000-8000-00000000dead" : `missing-${name}`;
}

/** An answer's text without the names and ids that were asked for. */
export const withoutIds = (text: string, ids: Ids): string =>
  Object.entries(ids)
    .filter(([, value]) => typeof value === "string")
    .sort(([, one], [, other]) => String(other).length - String(one).length)
    .reduce((rest, [name, value]) => rest.replaceAll(String(value), `<${name}>`), text);
