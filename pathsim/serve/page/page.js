"use strict";
// Goes before the script of the terminal: says where the server is, keeps hold of its socket, and hears what the server
// says beside what it draws.

const LEAST_COLUMNS = 80, LARGEST = 16, SMALLEST = 9, WIDTH_OF_LETTER = 0.602;
const NOTICES = {
  1000: "You have left. What you answered is kept.",
  1001: "The server has been closed.",
  1006: "The connection is lost.",
  1009: "What was pasted is too long.",
  4001: "All places are taken. Try again when somebody has left.",
  4002: "This class is open in another window of this browser, and goes on there.",
  4003: "The trial has stopped. What you answered is kept.",
};
let socket = null;

const Plain = window.WebSocket;
window.WebSocket = class extends Plain {
  constructor(...given) {
    super(...given);
    socket = this;
    this.addEventListener("message", (event) => {
      if (typeof event.data === "string") heard(JSON.parse(event.data));
    });
    this.addEventListener("close", (event) => tell(NOTICES[event.code] ?? NOTICES[1006]));
    this.addEventListener("open", () => { seen(); focusTerminal(); });
  }
};

// A page that is not encrypted has no clipboard.
if (!navigator.clipboard) {
  Object.defineProperty(navigator, "clipboard", { value: { readText: async () => "", writeText: copyText } });
}

async function copyText(text) {
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
  focusTerminal();
}

function heard([type, said]) {
  if (type === "file") keep(said.name, said.content);
}

function keep(name, content) {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  focusTerminal();
}

function seen() {
  if (socket?.readyState === Plain.OPEN) socket.send(JSON.stringify(["seen", !document.hidden]));
}

function tell(why) {
  document.getElementById("why").textContent = why;
  document.getElementById("notice").hidden = false;
  document.getElementById("again").focus();
}

function focusTerminal() {
  document.querySelector(".xterm-helper-textarea")?.focus();
}

document.addEventListener("visibilitychange", seen);
document.addEventListener("DOMContentLoaded", () => {
  const terminal = document.getElementById("terminal");
  terminal.dataset.sessionWebsocketUrl = `ws://${location.host}${location.pathname}/ws`;
  const fits = Math.floor(window.innerWidth / (LEAST_COLUMNS * WIDTH_OF_LETTER));
  terminal.dataset.fontSize = Math.min(LARGEST, Math.max(SMALLEST, fits));
  document.getElementById("again").addEventListener("click", () => location.reload());
});
