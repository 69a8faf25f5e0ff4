import { weathersEveryStorm } from "./storms";

weathersEveryStorm("alibaba");
