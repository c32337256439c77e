import type { Random } from "../kit/random.ts";

const adjectives = ["amber", "autumn", "bold", "brisk", "bright", "calm", "clear", "cool", "crisp", "daily", "deep", "early", "even", "fair", "fresh", "gentle", "golden", "grand", "green", "keen", "light", "lively", "lunar", "mellow", "mild", "noble", "northern", "pale", "polar", "quick", "quiet", "rapid", "royal", "rural", "scarlet", "serene", "silver", "smooth", "solar", "steady", "swift", "tidal", "vivid", "warm", "western", "wild", "winter", "wise"] as const;
const nouns = ["bay", "breeze", "bridge", "brook", "canyon", "cedar", "cloud", "comet", "cove", "creek", "dawn", "dune", "falcon", "fern", "field", "firefly", "forest", "frost", "garden", "glade", "grove", "harbor", "haze", "hill", "island", "lake", "leaf", "meadow", "mesa", "moon", "morning", "oak", "ocean", "pebble", "pine", "planet", "pond", "rain", "reef", "ridge", "river", "sea", "sky", "snow", "spring", "star", "stone", "stream", "sun", "thunder", "tree", "valley", "vista", "wave", "willow", "wind", "wood"] as const;

const pick = (words: readonly string[], random: Random): string => words[Math.floor(random.fraction() * words.length)] ?? "plain";

/** The first two words of a display name: `swift-river`; the number of the run in its project follows. */
export const twoWords = (random: Random): string => `${pick(adjectives, random)}-${pick(nouns, random)}`;

const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";

/** A new name of a run, as the SDK makes them: eight letters and digits. */
export const newRunName = (random: Random): string => Array.from({ length: 8 }, () => pick([...alphabet], random)).join("");
