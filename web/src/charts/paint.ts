// Draws lines on a canvas. What is written stands beside it in the page.

import type { Line } from '../api/series';
import type { Look } from './encode';
import type { Frame } from './frame';
import { grey, type Pair } from './palette';
import { at, type Scale } from './scale';

export interface Picture {
	x: Scale;
	y: Scale;
	dark: boolean;
	many: boolean; // lines are thin, and what is between least and greatest is a stroke and no area
}

export function picture(frame: Frame, width: number, height: number, lines: number, dark: boolean): Picture {
	return {
		x: { ...frame.x, log: false, size: width, turned: false },
		y: { ...frame.y, log: frame.log, size: height, turned: true },
		dark,
		many: lines > 20,
	};
}

/** Makes a canvas as fine as the screen and gives its pen, in CSS pixels. */
export function pen(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | undefined {
	const fine = window.devicePixelRatio || 1;
	const [w, h] = [Math.max(1, Math.round(width * fine)), Math.max(1, Math.round(height * fine))];
	if (canvas.width !== w) canvas.width = w;
	if (canvas.height !== h) canvas.height = h;
	const c = canvas.getContext('2d') ?? undefined;
	c?.setTransform(fine, 0, 0, fine, 0, 0);
	c?.clearRect(0, 0, width, height);
	return c;
}

const shade = (pair: Pair, dark: boolean) => (dark ? pair.dark : pair.light);

export function paintAll(c: CanvasRenderingContext2D, p: Picture, lines: Line[], looks: Map<string, Look>): void {
	for (const line of lines) {
		const look = looks.get(line.run);
		if (look) paint(c, p, line, look, false);
	}
	for (const line of lines) marks(c, p, line, looks.get(line.run)?.colour ?? grey);
}

/** Draws one line; a raised one is drawn over the others. */
export function paint(c: CanvasRenderingContext2D, p: Picture, line: Line, look: Look, raised: boolean): void {
	const [x, y] = columns(p, line);
	c.strokeStyle = c.fillStyle = shade(look.colour, p.dark);
	c.lineJoin = 'round';
	const quiet = p.many && !raised && look.colour === grey;
	if (!line.single) spread(c, p, line, x, quiet);
	c.setLineDash([...look.dash]);
	c.lineWidth = raised ? 2.5 : p.many ? 1 : 1.5;
	c.globalAlpha = quiet ? 0.4 : line.smooth ? 0.25 : 1;
	trace(c, p, line, x, y);
	if (line.smooth) {
		c.globalAlpha = quiet ? 0.4 : 1;
		c.lineWidth = raised ? 2.5 : p.many ? 1 : 2;
		trace(c, p, line, x, line.smooth.map((v) => at(p.y, v)));
	}
	c.globalAlpha = 1;
	c.setLineDash([]);
}

function columns(p: Picture, line: Line): [x: number[], y: number[]] {
	return [line.to.map((v) => at(p.x, v)), line.value.map((v) => at(p.y, v))];
}

/** Draws what lies between the least and the greatest value of each bucket. */
function spread(c: CanvasRenderingContext2D, p: Picture, line: Line, x: number[], quiet: boolean): void {
	const floor = p.y.size + 2; // where a logarithm has no place for a value
	const high = line.high.map((v) => clamp(at(p.y, v), floor));
	const low = line.low.map((v) => clamp(at(p.y, v), floor));
	c.globalAlpha = quiet ? 0.12 : p.many ? 0.3 : 0.18;
	c.beginPath();
	if (p.many) {
		c.lineWidth = 1;
		for (let i = 0; i < x.length; i++) {
			if (Number.isNaN(line.low[i])) continue;
			c.moveTo(x[i] as number, high[i] as number);
			c.lineTo(x[i] as number, low[i] as number);
		}
		c.stroke();
		return;
	}
	for (let i = 0; i < x.length; ) {
		let end = i;
		while (end < x.length && !Number.isNaN(line.low[end])) end++;
		if (end === i) {
			i++;
			continue;
		}
		c.moveTo(at(p.x, line.from[i] as number), high[i] as number);
		for (let k = i; k < end; k++) c.lineTo(x[k] as number, high[k] as number);
		for (let k = end - 1; k >= i; k--) c.lineTo(x[k] as number, low[k] as number);
		c.lineTo(at(p.x, line.from[i] as number), low[i] as number);
		c.closePath();
		i = end;
	}
	c.fill();
}

const clamp = (pixel: number, floor: number) => (Number.isNaN(pixel) ? floor : Math.max(-2, Math.min(floor, pixel)));

/** Draws a stroke through values; a gap where there is none, and a dot where one
 * stands alone. */
function trace(c: CanvasRenderingContext2D, p: Picture, line: Line, x: number[], y: number[]): void {
	const dots: number[] = [];
	c.beginPath();
	let down = false;
	const before = line.before;
	if (before && Number.isFinite(at(p.y, before.value))) {
		c.moveTo(at(p.x, before.at), at(p.y, before.value));
		down = true;
	}
	for (let i = 0; i < x.length; i++) {
		const v = y[i] as number;
		if (!Number.isFinite(v)) {
			down = false;
			continue;
		}
		if (down) c.lineTo(x[i] as number, v);
		else {
			c.moveTo(x[i] as number, v);
			if (!Number.isFinite(y[i + 1] ?? NaN) && !(i === x.length - 1 && line.after)) dots.push(i);
		}
		down = true;
	}
	if (down && line.after && Number.isFinite(at(p.y, line.after.value))) c.lineTo(at(p.x, line.after.at), at(p.y, line.after.value));
	c.stroke();
	if (dots.length === 0) return;
	c.beginPath();
	for (const i of dots) {
		c.moveTo((x[i] as number) + 2.5, y[i] as number);
		c.arc(x[i] as number, y[i] as number, 2.5, 0, 7);
	}
	c.fill();
}

/** Marks at the edges what has no place in the picture: values beyond its range,
 * infinite ones, and points without a value. */
function marks(c: CanvasRenderingContext2D, p: Picture, line: Line, colour: Pair): void {
	c.fillStyle = c.strokeStyle = shade(colour, p.dark);
	c.lineWidth = 1.2;
	c.beginPath();
	const bottom = p.y.size;
	const up = (x: number) => triangle(c, x, 1, 7);
	const down = (x: number) => triangle(c, x, bottom - 1, bottom - 7);
	for (let i = 0; i < line.to.length; i++) {
		if ((line.high[i] as number) > p.y.to) up(at(p.x, line.to[i] as number));
		if ((line.low[i] as number) < p.y.from) down(at(p.x, line.to[i] as number));
	}
	for (const i of line.aboveAt) up(at(p.x, line.to[i] as number));
	for (const i of line.belowAt) down(at(p.x, line.to[i] as number));
	c.fill();
	c.beginPath();
	for (const i of line.nanAt) {
		const x = at(p.x, line.to[i] as number);
		c.moveTo(x - 3, bottom - 7);
		c.lineTo(x + 3, bottom - 1);
		c.moveTo(x + 3, bottom - 7);
		c.lineTo(x - 3, bottom - 1);
	}
	c.stroke();
}

function triangle(c: CanvasRenderingContext2D, x: number, tip: number, base: number): void {
	c.moveTo(x, tip);
	c.lineTo(x - 4, base);
	c.lineTo(x + 4, base);
	c.closePath();
}
