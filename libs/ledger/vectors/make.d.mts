/** The text of each vector file by its name. */
export function vectorFiles(): Record<string, string>;
