/** Words as the database keeps what is searched: in lower case, ё as е. */
export function searchWords(q: string): readonly string[] {
  const text = q.toLowerCase().replaceAll("ё", "е");
  return text.split(/[\s\u00a0«»"“”]+/).filter((word) => word !== "");
}
