// Package series does the arithmetic of series of measurements: it sums up
// stretches of points, draws a series of any length together into as many
// buckets as a chart has room for, and smooths it.
//
// It knows no store. Points come in the order in which a store keeps them: by
// time, then step, then value, where NaN comes before numbers.
package series
