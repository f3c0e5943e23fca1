/** A call of t in the sources. */
export interface Text {
  file: string;
  key: string;
  text: string;
  values: string[];
}
export function collect(): Text[];
export function read(language: string): Map<string, string>;
