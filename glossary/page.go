package glossary

import (
	"cmp"
	"slices"
	"strings"
)

// A Page says which part of a list is wanted, in which order.
type Page struct {
	Offset int // entries that are passed over; less than 0 stands for 0
	Limit  int // entries at most; less than 0 stands for all
	Desc   bool
}

// Of gives a page of a list, which keeps its order.
func (p Page) Of(all []*Listed) []*Listed { return of(p, all) }

// of gives a page of a list of anything.
func of[T any](p Page, all []T) []T {
	from := max(p.Offset, 0)
	if from >= len(all) {
		return nil
	}
	all = all[from:]
	if p.Limit >= 0 && p.Limit < len(all) {
		all = all[:p.Limit]
	}
	return all
}

// page gives a page of a list, ordered by what its entries show, equal ones by guid.
func page[T any](p Page, all []T, show func(*T) (text, guid string)) []T {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b T) int {
		textA, guidA := show(&a)
		textB, guidB := show(&b)
		order := cmp.Or(strings.Compare(textA, textB), strings.Compare(guidA, guidB))
		if p.Desc {
			return -order
		}
		return order
	})
	return of(p, all)
}

func showTerm(t *RelatedTerm) (text, guid string) { return t.DisplayText, t.TermGUID }

func showCategory(c *RelatedCategory) (text, guid string) { return c.DisplayText, c.CategoryGUID }
