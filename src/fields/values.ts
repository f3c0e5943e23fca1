/** The texts of the chosen options; one that was pasted may hold several, separated by commas or lines. */
export function valuesOf(chosen: Array<{ value: string }>): string[] {
  const texts = chosen.flatMap(({ value }) => value.split(/[,\n]/)).map((text) => text.trim());
  return [...new Set(texts.filter((text) => text !== ''))];
}
