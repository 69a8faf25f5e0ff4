/** Text of a device as it stands in a message: short, in quotation marks, and without what a terminal acts on. */
export function shown(text: string): string {
  const plain = text.replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, "?");
  return `"${plain.length > 64 ? `${plain.slice(0, 64)}…` : plain}"`;
}
