package atlas

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree/fault"
)

// flag reads a yes or no of a query, in any case: Python's clients write True. One
// that is empty, or neither, says no more than one that is not there.
func flag(q url.Values, name string, otherwise bool) bool {
	switch strings.ToLower(q.Get(name)) {
	case "true":
		return true
	case "false":
		return false
	}
	return otherwise
}

// maxParameter bounds names in paths and queries, in characters.
const maxParameter = 4096

// Names of parameters as errors have them: of those in paths, where they are called
// otherwise here, and of the ones of queries that are bounded. Texts to search for and
// values of attributes have bounds of their own.
var (
	pathNames  = map[string]string{"type": "typeName", "classification": "classificationName", "time": "collectionTime"}
	queryNames = []string{
		"guid", "name", "typeName", "classification", "associatedEntityGuid", "attrName", "attrValuePrefix", "relation", "sortBy", "user", "startTime", "endTime",
	}
)

// checkLengths refuses names that are too long to be any.
func (o operation) checkLengths(r *http.Request) error {
	if len(r.URL.Path)+len(r.URL.RawQuery) <= maxParameter {
		return nil
	}
	for part := range strings.SplitSeq(o.path, "/") {
		name := strings.Trim(part, "{}")
		if name != part && utf8.RuneCountInString(r.PathValue(name)) > maxParameter {
			return fault.New(fault.InvalidQueryParamLength, cmp.Or(pathNames[name], name))
		}
	}
	q := r.URL.Query()
	for _, name := range queryNames {
		for _, value := range q[name] {
			if utf8.RuneCountInString(value) > maxParameter {
				return fault.New(fault.InvalidQueryParamLength, name)
			}
		}
	}
	return nil
}

// number reads a number of a query, otherwise where it is not there or empty.
func number(q url.Values, name string, otherwise int) (int, error) {
	text := q.Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0, fault.New(fault.BadRequest, "The parameter "+name+" must be a number")
	}
	return int(n), nil
}

// attributePrefix begins the names of parameters that say what an attribute must
// be: attr:qualifiedName=x.
const attributePrefix = "attr:"

// attributes reads the unique attributes in a query, such as attr:qualifiedName.
// Of one that is given twice the first counts.
func attributes(q url.Values) map[string]string {
	all := make(map[string]string)
	for key, values := range q {
		if name, ok := strings.CutPrefix(key, attributePrefix); ok && len(values) > 0 {
			all[name] = values[0]
		}
	}
	return all
}

// attributesList reads those of several entities, such as attr_0:qualifiedName and
// attr_1:qualifiedName, in the order of their numbers.
func attributesList(q url.Values) []map[string]string {
	byNumber := make(map[string]map[string]string)
	for key, values := range q {
		rest, ok := strings.CutPrefix(key, "attr_")
		n, name, named := strings.Cut(rest, ":")
		if !ok || !named || len(values) == 0 {
			continue
		}
		if byNumber[n] == nil {
			byNumber[n] = make(map[string]string)
		}
		byNumber[n][name] = values[0]
	}
	order := slices.SortedFunc(maps.Keys(byNumber), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	list := make([]map[string]string, len(order))
	for i, n := range order {
		list[i] = byNumber[n]
	}
	return list
}
