/** What the text of an Insights query tells of its answer. */
export interface Shape {
  /** It counts or sums, so that its rows are numbers. */
  stats: boolean;
  /** It does so for each interval, so that its rows are points in time. */
  series: boolean;
}

/** Texts, names in backticks, regular expressions and comments: what stands in them is no command. */
const opaque = /#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|(?:~=|=|\blike|\(|,)\s*\/(?:\\.|[^/\\\n])*\//g;

export function shapeOf(query: string): Shape {
  const commands = query
    .replace(opaque, ' ')
    .split('|')
    .map((command) => command.trim());
  const stats = commands.filter((command) => /^stats\b/i.test(command)).at(-1);
  return {
    stats: stats !== undefined,
    series: stats !== undefined && /\bby\b.*\b(bin|datefloor|dateceil)\s*\(/is.test(stats),
  };
}
