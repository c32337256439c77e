/** Gathers what comes while a write is under way and hands it over in one piece when the write is done. */
export type Batcher<Item> = {
  /** Resolves once a batch that holds the item was written; rejects with the batch's error. */
  add(item: Item): Promise<void>;
};

/** `write` is never called twice at once, and never with more than `most` items. */
export function makeBatcher<Item>(most: number, write: (items: Item[]) => Promise<void>): Batcher<Item> {
  let waiting: { item: Item; done(): void; reject(error: unknown): void }[] = [];
  let writing = false;
  const writeAll = async (): Promise<void> => {
    writing = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, most);
      waiting = waiting.slice(most);
      try {
        await write(batch.map(({ item }) => item));
        for (const { done } of batch) done();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
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
