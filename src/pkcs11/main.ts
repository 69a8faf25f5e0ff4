import { runChild } from "./child";

void runChild();
