// Loaded into a Node program by --require: notes the CPU that it has used when it first writes to stdout, which a provider
// does to shake hands. What it loads afterwards is not counted, however late the bench reads the line.
import { writeFileSync } from "node:fs";

const write = process.stdout.write.bind(process.stdout);

Object.assign(process.stdout, {
  write: (line: string): boolean => {
    const { user, system } = process.cpuUsage();
    Object.assign(process.stdout, { write });
    writeFileSync(process.env["BYOK_BENCH_HANDSHAKE"] ?? "", String((user + system) / 1000));
    return write(line);
  },
});
