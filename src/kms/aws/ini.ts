/** Sections of one of AWS's shared files: `profile name`, `services name`, `default`, … with their settings. */
export type IniSections = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Reads the text of a shared configuration or credentials file as the AWS SDKs do. Sections of one name are one section;
 * settings that are indented below an empty one, as in a `services` section, are named `outer.inner`. Lines that say
 * nothing are passed over.
 *
 * Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files".
 */
export function parseIni(text: string): IniSections {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  let outer: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    // A comment begins the line or follows a blank, and goes on to the line's end, whatever is in it.
    const content = line.replace(/(^|\s)[;#].*$/s, "").trim();
    const heading = /^\[(.*)\]$/.exec(content)?.[1];
    if (heading !== undefined) {
      const name = sectionName(heading);
      section = sections.get(name) ?? new Map<string, string>();
      sections.set(name, section);
      outer = undefined;
      continue;
    }
    const equals = content.indexOf("=");
    if (section === undefined || equals < 1) continue;
    const name = content.slice(0, equals).trim();
    const value = content.slice(equals + 1).trim();
    if (value === "") {
      outer = name;
      continue;
    }
    if (!/^\s/.test(line)) outer = undefined;
    section.set(outer === undefined ? name : `${outer}.${name}`, value);
  }
  return Object.fromEntries([...sections].map(([name, settings]) => [name, Object.fromEntries(settings)]));
}

/** `profile "my name"` as `profile my name`. */
function sectionName(heading: string): string {
  const [, kind, , name] = /^([\w-]+)\s+(["']?)(.+)\2$/.exec(heading.trim()) ?? [];
  return kind === undefined || name === undefined ? heading.trim() : `${kind} ${name}`;
}
