// The line to the server: one WebSocket that comes back by itself.

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 8000;
const TURNED_AWAY = 4001;

export class Line {
  /**
   * @param {{ up(): void, down(): void, frame(frame: object): void, away(): void }} heard what to do when it is up,
   *   is down, brings a frame, or is closed for good
   */
  constructor(heard) {
    this.heard = heard;
    this.pause = FIRST_PAUSE;
    this.socket = null;
    this.timer = 0;
    this.over = false;
    addEventListener("online", () => this.hurry());
    addEventListener("pageshow", () => this.hurry());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.hurry(); });
  }

  get isUp() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  connect() {
    clearTimeout(this.timer);
    this.timer = 0;
    const address = new URL("socket", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    address.hash = "";
    const socket = new WebSocket(address);
    this.socket = socket;
    socket.onopen = () => { this.pause = FIRST_PAUSE; this.heard.up(); };
    socket.onmessage = (event) => this.heard.frame(JSON.parse(event.data));
    socket.onclose = (event) => this.closed(event.code);
  }

  closed(code) {
    if (code === TURNED_AWAY) {
      this.over = true;
      this.heard.away();
      return;
    }
    this.heard.down();
    this.timer = setTimeout(() => this.connect(), this.pause * (0.75 + Math.random() / 2));
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
  }

  /** Somebody is looking, or the network is back: do not wait any longer. */
  hurry() {
    if (this.timer && !this.over) this.connect();
  }

  /** Sends a frame; false where the line is down. */
  send(frame) {
    if (!this.isUp) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }
}
