// Loaded before a process of the engine, in a world of chaos only: `--import …/preload.js` with CHAOS_CRASH_POINTS set. Without the variable it does nothing.
export {};
