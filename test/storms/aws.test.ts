import { weathersEveryStorm } from "./storms";

weathersEveryStorm("aws");
