/** Gathers what comes while a write is under way and hands it over in one piece when the write is done. */
export type Batcher<Item> = {
  /** Resolves once the item was written; rejects with the error of its own write. */
  add(item: Item): Promise<void>;
};

type Waiting<Item> = { item: Item; done(): void; reject(error: unknown): void };

/**
 * `write` is never called twice at once, and never with more than `most` items; it has to write all of them or none.
 * When it fails for several, each is written alone, so that one bad item costs the others nothing but time.
 */
export function makeBatcher<Item>(most: number, write: (items: Item[]) => Promise<void>): Batcher<Item> {
  let waiting: Waiting<Item>[] = [];
  let writing = false;
  const writeTogether = async (batch: readonly Waiting<Item>[]): Promise<void> => {
    try {
      await write(batch.map(({ item }) => item));
      for (const { done } of batch) done();
    } catch (error) {
      const [only, ...others] = batch;
      if (others.length === 0) return only?.reject(error);
      for (const each of batch) await writeTogether([each]);
    }
  };
  const writeAll = async (): Promise<void> => {
    writing = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, most);
      waiting = waiting.slice(most);
      await writeTogether(batch);
    }
    writing = false;
  };
  return {
    add: (item) => new Promise((done, reject) => {
      waiting.push({ item, done, reject });
      if (!writing) void writeAll();
    }),
  };
}
