// Where an arrow key leads from a vertex, and where the picture is seen from.

import { box, type Layout, type Line, type Spot } from './layout';

export type Arrow = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

/** Left goes upstream, right downstream, to the nearest in height; up and down to
 * the next in the layer. Where there is none, one stays. */
export function arrowTo(layout: Layout, from: string, arrow: Arrow): string {
	const here = layout.spots.get(from);
	if (!here) return from;
	if (arrow === 'ArrowLeft') return nearest(layout, here, layout.lines.filter((l) => l.to === from).map((l) => l.from)) ?? from;
	if (arrow === 'ArrowRight') return nearest(layout, here, layout.lines.filter((l) => l.from === from).map((l) => l.to)) ?? from;
	const beyond = (spot: Spot) => (arrow === 'ArrowUp' ? spot.y < here.y : spot.y > here.y);
	const column = [...layout.spots].filter(([, spot]) => spot.layer === here.layer && beyond(spot)).map(([key]) => key);
	return nearest(layout, here, column) ?? from;
}

function nearest(layout: Layout, here: Spot, keys: string[]): string | undefined {
	const away = (key: string) => Math.abs((layout.spots.get(key) as Spot).y - here.y);
	let best: string | undefined;
	for (const key of keys) if (best === undefined || away(key) < away(best)) best = key;
	return best;
}

/** The picture is moved by x and y after it is made k times as large. */
export interface Camera {
	x: number;
	y: number;
	k: number;
}

const margin = 44;
const least = 0.2;
const readable = 0.7;

/** Shows all of the picture, none of it larger than life. */
export function fitted(layout: Layout, width: number, height: number): Camera {
	const k = Math.max(least, Math.min(1, (width - 2 * margin) / layout.width, (height - 2 * margin) / layout.height));
	return { k, x: (width - layout.width * k) / 2, y: (height - layout.height * k) / 2 };
}

/** Shows all of the picture where it can be read so, and else the start of it. */
export function opened(layout: Layout, start: Spot | undefined, width: number, height: number): Camera {
	const all = fitted(layout, width, height);
	if (!start || all.k >= readable) return all;
	return { k: readable, x: width / 2 - (start.x + box.width / 2) * readable, y: height / 2 - (start.y + box.height / 2) * readable };
}

/** Makes the picture larger or smaller around a point that stays where it is. */
export function zoomed(camera: Camera, by: number, at: { x: number; y: number }): Camera {
	const k = Math.max(least, Math.min(2, camera.k * by));
	return { k, x: at.x - ((at.x - camera.x) * k) / camera.k, y: at.y - ((at.y - camera.y) * k) / camera.k };
}

/** Moves the picture so that a vertex stays where it was when the layout changes. */
export function steadied(camera: Camera, before: Spot, after: Spot): Camera {
	return { ...camera, x: camera.x + (before.x - after.x) * camera.k, y: camera.y + (before.y - after.y) * camera.k };
}

/** Moves the picture so that a vertex is in the middle of it. */
export function centred(camera: Camera, spot: Spot, width: number, height: number): Camera {
	return { ...camera, x: width / 2 - (spot.x + box.width / 2) * camera.k, y: height / 2 - (spot.y + box.height / 2) * camera.k };
}

/** A stretch of the picture. */
export interface Stretch {
	x: number;
	y: number;
	right: number;
	bottom: number;
}

/** Gives what of the picture is in sight. */
export function viewOf({ x, y, k }: Camera, width: number, height: number): Stretch {
	return { x: -x / k, y: -y / k, right: (width - x) / k, bottom: (height - y) / k };
}

/** Gives what of the picture a line spans. */
export function spanOf({ points }: Line): Stretch {
	const [xs, ys] = [points.map((p) => p.x), points.map((p) => p.y)];
	return { x: Math.min(...xs), y: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

const step = 320;

/** Widens a stretch to whole steps: it is the same for what is near by. */
export function stepped(s: Stretch): Stretch {
	return { x: Math.floor(s.x / step) * step, y: Math.floor(s.y / step) * step, right: Math.ceil(s.right / step) * step, bottom: Math.ceil(s.bottom / step) * step };
}

const around = 160; // beside what is in sight: expanders, and where one will be next

/** Reports whether a vertex, or what a line spans, is in sight or near it. */
export function withinView(of: Spot | Stretch | undefined, view: Stretch): boolean {
	if (!of) return false;
	const [right, bottom] = 'right' in of ? [of.right, of.bottom] : [of.x + box.width, of.y + box.height];
	return right >= view.x - around && of.x <= view.right + around && bottom >= view.y - around && of.y <= view.bottom + around;
}

/** Moves the picture as little as brings a vertex into sight. */
export function inSight(camera: Camera, spot: Spot, width: number, height: number): Camera {
	const shift = (at: number, size: number, room: number) => Math.max(0, margin - at) || Math.min(0, room - margin - (at + size));
	const [x, y] = [spot.x * camera.k + camera.x, spot.y * camera.k + camera.y];
	return { ...camera, x: camera.x + shift(x, box.width * camera.k, width), y: camera.y + shift(y, box.height * camera.k, height) };
}
