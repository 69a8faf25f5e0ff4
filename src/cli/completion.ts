import { Argument, Command } from "commander";
import { processStreams, type Streams } from "./streams";

/** The shells for which there is a script. */
export const shells = ["bash", "zsh", "fish"] as const;

export type Shell = (typeof shells)[number];

const help = `
Once, or at the start of each shell:
  source <(byok completion bash)                                          # in ~/.bashrc
  byok completion zsh > "\${fpath[1]}/_byok"                               # before compinit in ~/.zshrc
  byok completion fish > ~/.config/fish/completions/byok.fish`;

/**
 * `byok completion`: a script by which a shell completes the verbs and options of byok. It has all of them in it, so
 * that pressing Tab starts nothing.
 *
 * @param program What is completed; asked when the command runs, since the command is part of it.
 */
export function completionCommand(program: () => Command, streams: Streams = processStreams): Command {
  return new Command("completion")
    .description("print a script that completes commands and options in a shell")
    .addArgument(new Argument("<shell>", "the shell").choices(shells))
    .addHelpText("after", help)
    .configureOutput({ writeOut: streams.out, writeErr: streams.err })
    .action((shell: Shell) => streams.out(scripts[shell](describedIn(program()))));
}

/** What a program understands. */
interface Described {
  readonly name: string;
  readonly verbs: readonly Verb[];
  readonly options: readonly Flag[];
}

interface Verb {
  readonly name: string;
  readonly description: string;
  readonly options: readonly Flag[];
  /** What its first argument may be. Empty: anything, or there is none. */
  readonly words: readonly string[];
}

interface Flag {
  readonly short?: string | undefined;
  readonly long: string;
  readonly description: string;
  readonly takesValue: boolean;
  /** Empty: any value. */
  readonly choices: readonly string[];
}

function describedIn(program: Command): Described {
  const verbs = program.createHelp().visibleCommands(program);
  return {
    name: program.name(),
    options: flagsOf(program),
    verbs: verbs.map((verb) => ({
      name: verb.name(),
      description: verb.description(),
      options: flagsOf(verb),
      words: verb.name() === "help" ? verbs.map((other) => other.name()) : choicesOf(verb),
    })),
  };
}

function flagsOf(command: Command): readonly Flag[] {
  const options = command.createHelp().visibleOptions(command);
  return options.flatMap(({ short, long, description, required, optional, argChoices = [] }) =>
    long === null || long === undefined
      ? []
      : [{ short, long, description, takesValue: required || optional, choices: argChoices }],
  );
}

function choicesOf({ registeredArguments: [first] }: Command): readonly string[] {
  return first?.argChoices ?? [];
}

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const satisfies Record<
  Shell,
  (program: Described) => string
>;

/** Where nothing of byok's fits, bash completes the names of files, also behind the colon of `file:`. */
function bashScript({ name, verbs, options }: Described): string {
  const values = verbs.flatMap((verb) =>
    verb.options
      .filter(({ takesValue }) => takesValue)
      .map((flag) => `    "${verb.name} ${flag.long}") words="${flag.choices.join(" ")}" ;;`),
  );
  const words = verbs.map(
    (verb) => `    "${verb.name}") words="${[...namesOf(verb.options), ...verb.words].join(" ")}" ;;`,
  );
  return `# Completion of ${name} for bash.
_${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}" verb="" words="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
    case "$word" in
    ${verbs.map((verb) => verb.name).join(" | ")}) verb="$word"; break ;;
    esac
  done
  case "$verb $previous" in
${values.join("\n")}
    *" :") ;;
    *) case "$verb" in
${words.join("\n")}
    *) words="${[...namesOf(options), ...verbs.map((verb) => verb.name)].join(" ")}" ;;
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${name} ${name}
`;
}

function zshScript({ name, verbs, options }: Described): string {
  const specs = (flags: readonly Flag[]): readonly string[] => flags.map(zshOption);
  const cases = verbs.map((verb) => {
    const first = verb.words.length === 0 ? "'*:source or key:_files'" : `'1:argument:(${verb.words.join(" ")})'`;
    return `    ${verb.name}) _arguments ${[...specs(verb.options), first].join(" ")} ;;`;
  });
  return `#compdef ${name}
# Completion of ${name} for zsh.
_${name}() {
  local state line
  local -a verbs=(
${verbs.map((verb) => `    ${quoted(`${verb.name}:${verb.description}`)}`).join("\n")}
  )
  _arguments -C ${specs(options).join(" ")} '1:command:->verb' '*::argument:->rest'
  case "$state" in
  verb) _describe command verbs ;;
  rest)
    case "$words[1]" in
${cases.join("\n")}
    esac ;;
  esac
}
if [ "$funcstack[1]" = "_${name}" ]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function zshOption({ short, long, description, takesValue, choices }: Flag): string {
  const text = `[${description.replace(/[[\]\\:]/g, String.raw`\$&`)}]`;
  const value = takesValue ? `:value:${choices.length === 0 ? "_files" : `(${choices.join(" ")})`}` : "";
  return short === undefined
    ? quoted(`${long}${text}${value}`)
    : `${quoted(`(${short} ${long})`)}{${short},${long}}${quoted(`${text}${value}`)}`;
}

function fishScript({ name, verbs, options }: Described): string {
  const line = (condition: string, flag: Flag): string => {
    const short = flag.short === undefined ? "" : ` -s ${flag.short.slice(1)}`;
    const value = flag.choices.length > 0 ? ` -x -a ${quoted(flag.choices.join(" "))}` : flag.takesValue ? " -r" : "";
    return `complete -c ${name} -n ${quoted(condition)}${short} -l ${flag.long.slice(2)}${value} -d ${quoted(flag.description)}`;
  };
  const lines = verbs.flatMap((verb) => {
    const seen = `__fish_seen_subcommand_from ${verb.name}`;
    const first = verb.words.length === 0 ? "-F" : `-a ${quoted(verb.words.join(" "))}`;
    return [
      `complete -c ${name} -n __fish_use_subcommand -a ${verb.name} -d ${quoted(verb.description)}`,
      `complete -c ${name} -n ${quoted(seen)} ${first}`,
      ...verb.options.map((flag) => line(seen, flag)),
    ];
  });
  return `# Completion of ${name} for fish.
complete -c ${name} -f
${[...options.map((flag) => line("__fish_use_subcommand", flag)), ...lines].join("\n")}
`;
}

function namesOf(options: readonly Flag[]): readonly string[] {
  return options.map(({ long }) => long);
}

/** One word of a shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
