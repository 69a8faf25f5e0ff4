// Draws what `npm run demo` prints as docs/demo.svg: `npm run build && node scripts/record-demo.mjs < output-with-colours`.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const colours = { 1: "#ffffff", 2: "#8b949e", 31: "#ff7b72", 32: "#7ee787", 33: "#e3b341" };
const [columns, lineHeight, charWidth, margin] = [118, 18, 7.83, 18];

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** In force until it is reset, also across lines. */
let colour;

/** One line of terminal output as spans of one colour each. */
function spans(line) {
  let column = 0;
  // Each part but the first begins with the number of a colour and an m.
  return line.split("\u001b[").flatMap((piece, i) => {
    const code = i === 0 ? undefined : /^\d+/.exec(piece)?.[0];
    if (code !== undefined) colour = colours[code];
    const part = code === undefined ? piece : piece.slice(code.length + 1);
    const text = part.slice(0, Math.max(0, columns - column));
    const span = `<tspan x="${margin + column * charWidth}"${colour ? ` fill="${colour}"` : ""}>${escaped(text)}</tspan>`;
    column += part.length;
    return text === "" ? [] : [span];
  });
}

const lines = readFileSync(0, "utf8").trim().split("\n");
const [width, height] = [2 * margin + columns * charWidth, 2 * margin + lines.length * lineHeight];
const rows = lines.map((line, i) => `<text y="${margin + (i + 1) * lineHeight - 4}">${spans(line).join("")}</text>`);
writeFileSync(
  join(import.meta.dirname, "..", "docs", "demo.svg"),
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="What npm run demo prints: a key is imported, expires, is planned with its reason, and is brought back with the same bytes.">
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="13" fill="#c9d1d9" xml:space="preserve">
${rows.join("\n")}
</g>
</svg>
`,
);
