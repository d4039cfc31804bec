import { describe, expect, test } from 'vitest';
import { progressOf } from './progress';

const point = (key: string, value: number, step: number, time = step) => ({ key, value, step, time });
const doing = (last: ReturnType<typeof point>[], params: Record<string, string> = {}) => ({ last, params: new Map(Object.entries(params)), started: 0 });

describe('how far a run is', () => {
	test('is unknown of one that logs nothing', () => {
		expect(progressOf(doing([]))).toEqual({ metric: undefined, step: undefined, part: undefined });
	});
	test('is told by the metric logged last and the furthest step', () => {
		const p = progressOf(doing([point('loss', 2, 9, 100), point('acc', 0.5, 8, 200), point('system/cpu', 99, 400, 900)]));
		expect(p).toEqual({ metric: { key: 'acc', value: 0.5 }, step: 9, part: undefined });
	});
	test('is a part where a param counts steps', () => {
		expect(progressOf(doing([point('loss', 2, 30)], { 'trainer/max_steps': '120' })).part).toEqual({ done: 30, of: 120, unit: 'step' });
	});
	test('is a part where a param counts epochs and a metric does', () => {
		const p = progressOf(doing([point('train/epoch', 1.5, 800), point('loss', 2, 800)], { num_train_epochs: '3', max_steps: '-1' }));
		expect(p.part).toEqual({ done: 1.5, of: 3, unit: 'epoch' });
		expect(p.metric?.key).toBe('loss');
	});
	test('is no part where steps may be anything, or more than there should be', () => {
		expect(progressOf(doing([point('loss', 2, 3)], { epochs: '10' })).part).toBeUndefined();
		expect(progressOf(doing([point('loss', 2, 300)], { max_steps: '120' })).part).toBeUndefined();
		expect(progressOf(doing([point('loss', 2, 3)], { max_steps: 'many' })).part).toBeUndefined();
	});
});
