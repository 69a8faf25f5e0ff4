import { crashMatrix } from "./matrix";
import { pulumiFace } from "./pulumi-face";

crashMatrix("pulumi", pulumiFace, "alibaba");
