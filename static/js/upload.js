// Uploading: files dropped or chosen go to the server one by one, with progress, into an upload
// that was begun before. What broke is sent again on the next press; what arrived is not.

import { csrfToken } from "./cookies.js";

const form = document.getElementById("upload");
const input = document.getElementById("files");
const zone = document.getElementById("dropzone");
const state = document.getElementById("upload-state");
const bar = document.getElementById("upload-progress");
const problem = document.getElementById("upload-problem");
const button = document.getElementById("upload-button");

// Small files share a request, so that a thousand of them are not a thousand requests.
const BYTES_A_REQUEST = 8 * 1024 * 1024;
const FILES_A_REQUEST = 50;
const MB = 1024 * 1024;

let chosen = []; // what waits to be sent
let begun = null; // the upload on the server, once there is one
let sentFiles = 0;
let sentBytes = 0;

function words(name, values = {}) {
  const text = form.dataset[`words${name}`];
  return text.replace(/\{(\w+)\}/g, (_match, key) => String(values[key] ?? ""));
}

function limit(name) {
  return Number(form.dataset[name]);
}

function size(bytes) {
  return bytes < MB ? `${Math.max(1, Math.round(bytes / 1024))} kB` : `${(bytes / MB).toFixed(1)} MB`;
}

function say(text) {
  problem.hidden = !text;
  problem.querySelector("span").textContent = text;
}

function bytesOf(files) {
  return files.reduce((sum, file) => sum + file.size, 0);
}

// Choosing

function isArchive(file) {
  return /\.zip$/i.test(file.name);
}

/** Why these files cannot be sent, or nothing. The server asks again. */
function refusal(files) {
  if (files.length > limit("mostFiles")) return words("TooMany", { most: limit("mostFiles") });
  const large = files.find((file) => !isArchive(file) && file.size > limit("mostImageBytes"));
  if (large) return words("TooLarge", { name: large.name, most: limit("mostImageBytes") / MB });
  if (bytesOf(files) > limit("mostBytes")) return words("TooMuch", { most: limit("mostBytes") / MB });
  return "";
}

function choose(files) {
  chosen = files;
  const facts = { all: files.length, size: size(bytesOf(files)) };
  state.textContent = files.length ? words(files.length === 1 ? "ChosenOne" : "Chosen", facts) : "";
  say(refusal(files));
}

/** All files of a dropped folder, whatever it holds. */
async function filesIn(entry) {
  if (entry.isFile) return [await new Promise((done, failed) => entry.file(done, failed))];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    // A reader gives at most a hundred entries at a time.
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) return found;
    for (const each of some) if (!each.name.startsWith(".")) found.push(...(await filesIn(each)));
  }
}

async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files];
  const found = [];
  for (const entry of entries) found.push(...(await filesIn(entry)));
  return found;
}

// Sending

/** The waiting files in groups that are worth a request each. */
function groups(files) {
  const found = [];
  let group = [];
  for (const file of files) {
    const isFull = group.length >= FILES_A_REQUEST || bytesOf(group) + file.size > BYTES_A_REQUEST;
    if (group.length && isFull) {
      found.push(group);
      group = [];
    }
    group.push(file);
  }
  if (group.length) found.push(group);
  return found;
}

/** POST with progress, which fetch does not tell. Answers the parsed body. */
function post(url, body, onProgress = () => {}) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded));
    request.addEventListener("load", () => {
      if (request.status < 300) done(request.response ?? {});
      else failed(new Error(reasons(request.response)));
    });
    request.addEventListener("error", () => failed(new Error("")));
    request.send(body);
  });
}

function reasons(answer) {
  const errors = Object.values(answer?.errors ?? {}).flat();
  return errors.length ? errors.join(" ") : (answer?.detail ?? "");
}

function show(loaded, total, files) {
  const share = total ? Math.min((sentBytes + loaded) / total, 1) : 1;
  bar.value = share;
  state.textContent = words("Sending", {
    done: sentFiles,
    all: files,
    share: Math.floor(share * 100),
  });
}

async function send() {
  const files = sentFiles + chosen.length;
  const total = sentBytes + bytesOf(chosen);
  begun ??= await post(form.action, new FormData());
  for (const group of groups(chosen)) {
    const body = new FormData();
    for (const file of group) body.append("file", file, file.name);
    await post(begun.files_url, body, (loaded) => show(loaded, total, files));
    chosen = chosen.slice(group.length);
    sentFiles += group.length;
    sentBytes += bytesOf(group);
    show(0, total, files);
  }
  state.textContent = words("Starting");
  const started = await post(begun.start_url, new FormData());
  leaving = true;
  location.assign(started.operation_url);
}

let sending = false;
let leaving = false;

async function submit(event) {
  event.preventDefault();
  if (sending || (!chosen.length && !begun)) return;
  const why = refusal(chosen);
  if (why) {
    say(why);
    return;
  }
  sending = true;
  say("");
  button.disabled = true;
  input.disabled = true;
  bar.hidden = false;
  try {
    await send();
  } catch (error) {
    say(error.message || words("Failed"));
    button.disabled = false;
    button.focus();
  }
  sending = false;
}

function start() {
  form.addEventListener("submit", submit);
  input.addEventListener("change", () => choose([...input.files]));
  for (const name of ["dragover", "dragenter"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.toggle("is-over", !sending && !begun);
    });
  }
  zone.addEventListener("dragleave", () => zone.classList.remove("is-over"));
  zone.addEventListener("drop", async (event) => {
    event.preventDefault();
    zone.classList.remove("is-over");
    if (sending || begun) return;
    choose(await dropped(event.dataTransfer));
    input.required = false;
  });
  addEventListener("beforeunload", (event) => {
    if ((sending || begun) && !leaving) event.preventDefault();
  });
}

start();
