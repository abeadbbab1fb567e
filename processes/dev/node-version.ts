const minimum = [20, 19] as const;

/** A kind word when this Node is too old for us; undefined when it will do. */
export function complaintAboutNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  if (major > minimum[0] || (major === minimum[0] && minor >= minimum[1])) return undefined;
  return `Kvitok needs Node ${minimum.join(".")} or newer, this is ${version}.\n  → install a newer Node and run npm ci again`;
}
