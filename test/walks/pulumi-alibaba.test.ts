import { pulumiTool } from "./pulumi-tool";
import { walks } from "./walks";

walks("pulumi", "alibaba", pulumiTool, { short: 15, long: 3400 });
