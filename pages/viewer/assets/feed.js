// Fetches slices: one request at a time, and always for what is wanted by now.
import { PLANES } from "./geometry.js";

const MOST_CACHED_BYTES = 64 * 2 ** 20;
const PATIENCE_MS = 6000;
const REPORT_AFTER_MS = 300;
const QUICK_MS = 200;
// So many slices are fetched ahead at once, and not before fewer than half of them are left.
const AHEAD = 6;
// Axial slices on both sides that are fetched while nothing moves, and how many at a time. Between
// two requests the way to the server rests some times as long as the last answer took, so that a
// slow one stays free for what is wanted.
const AROUND = 24;
const AT_A_TIME = 4;
const RESTS = 5;

// Packed slices of this browser tab, oldest first. They outlive a viewer, so that coming back
// to a page is instant.
const cache = new Map();
let cached = 0;

export const sliceName = ({ token, slab }, plane, index) => `${token}/${slab}/${plane}/${index}`;

export function keep(name, packed) {
  forget(name);
  cache.set(name, packed);
  cached += packed.length;
  while (cached > MOST_CACHED_BYTES) forget(cache.keys().next().value);
}

function forget(name) {
  cached -= cache.get(name)?.length ?? 0;
  cache.delete(name);
}

export const held = (name) => cache.get(name);

let lastSerial = 0;
/** A number larger than any before, in this tab and after a reload. */
export const nextSerial = () => (lastSerial = Math.max(Date.now(), lastSerial + 1));

export class Feed {
  constructor(send) {
    this.send = send;
    this.waitingFor = null;
    // Slow until it is known.
    this.roundTrip = PATIENCE_MS;
    this.reported = "";
  }

  /** Say what is to be seen: `planes` through `position`, while moving along `motion`. */
  want(scene, position, planes, motion, slab) {
    Object.assign(this, { scene, position, planes, motion, slab });
    this.shown = { token: scene.token, slab };
    this.pump();
  }

  answered(serial) {
    if (serial !== this.waitingFor) return;
    this.roundTrip = performance.now() - this.sentAt;
    this.waitingFor = null;
    clearTimeout(this.patience);
  }

  pump() {
    if (this.waitingFor !== null) return;
    const lacks = ([plane, index]) => !held(sliceName(this.shown, plane, index));
    const [seen, ahead] = [this.seen().filter(lacks), this.ahead()];
    const soon = ahead.slice(0, AHEAD / 2).some(lacks) ? ahead.filter(lacks) : [];
    const slices = [...seen, ...soon];
    clearTimeout(this.report);
    if (slices.length) this.ask(slices);
    else if (this.moved() || this.around().length)
      this.report = setTimeout(() => this.ask(this.around()), this.pause());
  }

  /** Whether Python does not know the position yet. */
  moved() {
    return this.reported !== String(this.position);
  }

  pause() {
    return this.moved() ? REPORT_AFTER_MS : Math.max(REPORT_AFTER_MS, RESTS * this.roundTrip);
  }

  /** Axial slices nearest to the one that is seen, which a still page can fetch. */
  around() {
    if (!this.planes.includes("axial")) return [];
    const [z, count] = [this.position[2], this.scene.shape[2]];
    const near = Array.from({ length: 2 * AROUND }, (_, i) => z + (i % 2 ? -1 : 1) * ((i >> 1) + 1));
    return near
      .filter((index) => index >= 0 && index < count)
      .filter((index) => !held(sliceName(this.shown, "axial", index)))
      .slice(0, AT_A_TIME)
      .map((index) => ["axial", index]);
  }

  seen() {
    return this.planes.map((plane) => [plane, this.position[PLANES[plane].axis]]);
  }

  /** The next slices in the direction of scrolling, unless the way to the server is slow. */
  ahead() {
    if (!this.motion || this.roundTrip > QUICK_MS) return [];
    const { plane, step } = this.motion;
    const { axis } = PLANES[plane];
    const next = Array.from({ length: AHEAD }, (_, i) => this.position[axis] + (i + 1) * step);
    return next
      .filter((index) => index >= 0 && index < this.scene.shape[axis])
      .map((index) => [plane, index]);
  }

  ask(want) {
    this.waitingFor = nextSerial();
    this.sentAt = performance.now();
    this.reported = String(this.position);
    // An answer can be lost when the page reruns at the wrong moment: ask again then.
    this.patience = setTimeout(() => {
      this.waitingFor = null;
      this.pump();
    }, PATIENCE_MS);
    const { token, jumps } = this.scene;
    this.send({ serial: this.waitingFor, token, jumps, voxel: this.position, want, slab: this.slab });
  }

  close() {
    clearTimeout(this.patience);
    clearTimeout(this.report);
  }
}
