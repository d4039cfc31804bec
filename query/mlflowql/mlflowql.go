// Package mlflowql reads MLflow's search grammar: the filter and order_by
// strings of runs, experiments, logged models, and registered models and their
// versions.
//
// A filter is a list of comparisons such as
//
//	metrics.rmse < 0.2 AND params.`learning rate` = '0.1' AND tags.team LIKE 'a%'
//
// Everything that MLflow accepts is accepted and means the same; what it
// refuses for its meaning is refused in its words. Beyond it, comparisons are
// joined by AND, OR, NOT and parentheses (NOT binds tighter than AND, AND
// tighter than OR), a quote inside quotes is written twice, and a quoted key
// holds any characters.
//
// Errors are of code Invalid.
package mlflowql

import "github.com/pedigree-ml/pedigree"

// Limits on what a client may ask.
const (
	MaxFilter  = 16 << 10 // bytes of a filter
	MaxClauses = 100      // comparisons in a filter
	MaxValues  = 500      // values in one list
	MaxDepth   = 64       // parentheses and NOTs inside each other
	MaxOrder   = 20       // terms of an order
)

func invalid(format string, args ...any) error {
	return pedigree.Errorf(pedigree.Invalid, format, args...)
}
