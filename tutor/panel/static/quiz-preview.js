// A quiz as its learners see it: nothing is kept.
import {carry} from "./carry.js";

for (const item of document.querySelectorAll("[data-way=order]")) carry(item, () => {});
