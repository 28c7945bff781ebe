// Sends a file as it is and says how far it is: fetch cannot.
import {refusal} from "./problems.js";

const strings = JSON.parse(document.getElementById("strings").textContent);

// Answers what the server made of it; `progress` gets 0 to 1. Throws an Error whose text can be shown.
export function upload(address, file, progress) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.responseType = "json";
    request.upload.onprogress = event => progress(event.loaded / event.total);
    request.onload = () => request.status < 300 ? done(request.response.data) : failed(refusal(request.response ?? {}));
    request.onerror = () => failed(new Error(strings["script.offline"]));
    request.send(file);
  });
}

// For the texts and pictures of a course.
export const uploadFor = (course, file, progress) =>
  upload(`/api/v1/media?name=${encodeURIComponent(file.name.slice(-200) || "file")}&course=${course}`, file, progress);
