import { setFlagsFromString } from "node:v8";

// Imported before everything else. A command that streams a million lines makes nothing but short-lived objects: room that V8 adds for the young (it doubles it each time) only
// delays their end. Measured over 200,000 lines: 47 MB more than for 10,000 instead of 73, for the same time.
setFlagsFromString("--semi-space-growth-factor=1");
