package discovery

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/schema"
)

// A Filter is a condition on an attribute, or several of them.
type Filter struct {
	Attribute string    `json:"attributeName,omitempty"`
	Operator  Operator  `json:"operator,omitempty"`
	Value     string    `json:"attributeValue,omitempty"`
	Condition string    `json:"condition,omitempty"` // AND or OR, of several
	Criterion []*Filter `json:"criterion,omitempty"`
}

// An Operator is a comparison by one of its names.
type Operator string

// The operators, by all of their names.
var operators = map[string]string{
	"<": "<", "lt": "<", ">": ">", "gt": ">", "<=": "<=", "lte": "<=", ">=": ">=", "gte": ">=", "=": "=", "eq": "=", "!=": "!=", "neq": "!=",
	"in": "in", "like": "like", "startswith": "startsWith", "begins_with": "startsWith", "endswith": "endsWith", "ends_with": "endsWith",
	"contains": "contains", "not_contains": "not_contains", "containsany": "containsAny", "contains_any": "containsAny",
	"containsall": "containsAll", "contains_all": "containsAll", "isnull": "isNull", "is_null": "isNull", "notnull": "notNull", "not_null": "notNull",
	"timerange": "timerange", "time_range": "timerange", "notempty": "notEmpty", "not_empty": "notEmpty",
}

// name gives the one name of an operator, empty for none.
func (o Operator) name() string { return operators[strings.ToLower(string(o))] }

// UnmarshalText reads an operator. One that is not known stands for none.
func (o *Operator) UnmarshalText(text []byte) error {
	*o = Operator(operators[strings.ToLower(string(text))])
	return nil
}

func (f *Filter) empty() bool {
	return f == nil || f.Attribute == "" && len(f.Criterion) == 0
}

// maxFilters bounds the nesting of filters.
const maxFilters = 100

// check refuses filters that cannot be meant.
func (f *Filter) check(depth int) error {
	switch {
	case f == nil:
		return nil
	case depth > maxFilters:
		return badRequest("Filters are nested more than " + strconv.Itoa(maxFilters) + " deep")
	}
	if len(f.Criterion) > 0 {
		if f.Condition == "" {
			return badRequest("Condition (AND/OR) must be specified when using multiple filters.")
		}
		for _, c := range f.Criterion {
			if err := c.check(depth + 1); err != nil {
				return err
			}
		}
		return nil // what it compares itself says nothing beside them
	}
	if f.Attribute == "" && f.Operator == "" && f.Value == "" {
		return nil
	}
	switch name := f.Operator.name(); {
	case name == "":
		return fault.New(fault.InvalidOperator, f.Attribute)
	case strings.TrimSpace(f.Attribute) == "":
		return fault.New(fault.BlankNameAttribute)
	case name != "isNull" && name != "notNull" && name != "notEmpty" && strings.TrimSpace(f.Value) == "":
		return fault.New(fault.BlankValueAttribute)
	}
	return nil
}

// names lists the attributes that a filter compares.
func (f *Filter) names() []string {
	if f == nil {
		return nil
	}
	var names []string
	if f.Attribute != "" && !strings.HasPrefix(f.Attribute, "__") {
		names = append(names, f.Attribute)
	}
	for _, c := range f.Criterion {
		names = append(names, c.names()...)
	}
	return names
}

// join makes one condition of those of a filter.
func (f *Filter) join(leaf func(*Filter) (query.Fact, error)) (query.Fact, error) {
	if len(f.Criterion) == 0 {
		return leaf(f)
	}
	var parts []query.Fact
	for _, c := range f.Criterion {
		if c.empty() {
			continue
		}
		part, err := c.join(leaf)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	if strings.EqualFold(f.Condition, "OR") {
		return query.Some(parts), nil
	}
	return query.Every(parts), nil
}

// filter is the condition on entities.
func (f *finder) filter(of []*schema.EntityType, scope []pedigree.Type, filter *Filter) (query.Fact, error) {
	return filter.join(func(leaf *Filter) (query.Fact, error) {
		a := f.anyAttribute(of, leaf.Attribute)
		if a == nil {
			return nil, fault.New(fault.UnknownAttribute, leaf.Attribute, nameOf(of))
		}
		return f.leaf(leaf, a.trait.List, func(c comparison) (query.Fact, error) { return f.fact(a, scope, c) })
	})
}

// leaf makes a comparison of one filter.
func (f *finder) leaf(l *Filter, list bool, fact func(comparison) (query.Fact, error)) (query.Fact, error) {
	c := comparison{name: l.Attribute, texts: []string{l.Value}}
	several := splitValues(l.Value)
	switch l.Operator.name() {
	case "=":
		c.is = query.Equal
	case "!=":
		c.is, c.not = query.Equal, true
	case "<":
		c.is = query.Less
	case "<=":
		c.is = query.LessEqual
	case ">":
		c.is = query.More
	case ">=":
		c.is = query.MoreEqual
	case "in":
		c.is, c.texts = query.Equal, several
	case "like":
		c.is = query.Containing
		if pattern := strings.ReplaceAll(l.Value, "%", "*"); strings.ContainsAny(pattern, "*?") {
			c.is, c.texts = query.Globbed, []string{pattern}
		}
	case "startsWith":
		c.is = query.Starting
	case "endsWith":
		c.is = query.Ending
	case "contains":
		c.is = query.Containing
	case "not_contains":
		c.is, c.not = query.Containing, true
	case "containsAny":
		if c.is, c.texts = query.Equal, several; !list {
			return f.eachOf(c, several, func(parts []query.Fact) query.Fact { return query.Some(parts) }, fact)
		}
	case "containsAll":
		if c.is, c.all, c.texts = query.Equal, true, several; !list {
			return f.eachOf(c, several, func(parts []query.Fact) query.Fact { return query.Every(parts) }, fact)
		}
	case "isNull":
		c.is, c.not, c.texts = query.Present, true, nil
	case "notNull":
		c.is, c.texts = query.Present, nil
	case "notEmpty":
		c.is, c.texts = query.NotEmpty, nil
	case "timerange":
		return f.within(c, l.Value, fact)
	default:
		return nil, fault.New(fault.InvalidOperator, l.Attribute)
	}
	return fact(c)
}

// eachOf joins conditions that a text contains each of several.
func (f *finder) eachOf(c comparison, texts []string, join func([]query.Fact) query.Fact, fact func(comparison) (query.Fact, error)) (query.Fact, error) {
	var parts []query.Fact
	for _, text := range texts {
		one := comparison{name: c.name, is: query.Containing, texts: []string{text}}
		part, err := fact(one)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return join(parts), nil
}

// splitValues reads several values: a JSON list, or with commas between them.
func splitValues(text string) []string {
	var list []any
	if strings.HasPrefix(strings.TrimSpace(text), "[") && json.Unmarshal([]byte(text), &list) == nil {
		values := make([]string, len(list))
		for i, v := range list {
			if s, ok := v.(string); ok {
				values[i] = s
				continue
			}
			b, err := json.Marshal(v)
			if err != nil {
				continue
			}
			values[i] = string(b)
		}
		return values
	}
	var values []string
	for part := range strings.SplitSeq(text, ",") {
		values = append(values, strings.TrimSpace(part))
	}
	return values
}

// within is the condition that a moment lies in a period: one by name, or from,to in
// milliseconds, both included.
func (f *finder) within(c comparison, text string, fact func(comparison) (query.Fact, error)) (query.Fact, error) {
	from, to, ok := period(text, time.UnixMilli(int64(f.Now())).UTC())
	if !ok {
		return nil, badRequest("Invalid time range: " + text)
	}
	c.is, c.texts = query.MoreEqual, []string{strconv.FormatInt(from, 10)}
	after, err := fact(c)
	if err != nil {
		return nil, err
	}
	c.is, c.texts = query.LessEqual, []string{strconv.FormatInt(to, 10)}
	before, err := fact(c)
	return query.Every{after, before}, err
}

// period gives the first and last millisecond of a period.
func period(text string, now time.Time) (from, to int64, ok bool) {
	year, month, day := now.Date()
	today := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	thisMonth := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	thisYear := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
	quarter := time.Date(year, month-(month-1)%3, 1, 0, 0, 0, 0, time.UTC)
	var start, end time.Time
	switch strings.ToUpper(strings.TrimSpace(text)) {
	case "LAST_7_DAYS":
		start, end = today.AddDate(0, 0, -6), today.AddDate(0, 0, 1)
	case "LAST_30_DAYS":
		start, end = today.AddDate(0, 0, -29), today.AddDate(0, 0, 1)
	case "LAST_MONTH":
		start, end = thisMonth.AddDate(0, -1, 0), thisMonth
	case "THIS_MONTH":
		start, end = thisMonth, thisMonth.AddDate(0, 1, 0)
	case "TODAY":
		start, end = today, today.AddDate(0, 0, 1)
	case "YESTERDAY":
		start, end = today.AddDate(0, 0, -1), today
	case "THIS_YEAR":
		start, end = thisYear, thisYear.AddDate(1, 0, 0)
	case "LAST_YEAR":
		start, end = thisYear.AddDate(-1, 0, 0), thisYear
	case "THIS_QUARTER":
		start, end = quarter, quarter.AddDate(0, 3, 0)
	case "LAST_QUARTER":
		start, end = quarter.AddDate(0, -3, 0), quarter
	case "LAST_3_MONTHS":
		start, end = thisMonth.AddDate(0, -3, 0), thisMonth
	case "LAST_6_MONTHS":
		start, end = thisMonth.AddDate(0, -6, 0), thisMonth
	case "LAST_12_MONTHS":
		start, end = thisMonth.AddDate(0, -12, 0), thisMonth
	default:
		first, last, both := strings.Cut(text, ",")
		a, err := strconv.ParseInt(strings.TrimSpace(first), 10, 64)
		b, bad := strconv.ParseInt(strings.TrimSpace(last), 10, 64)
		return a, b, both && err == nil && bad == nil
	}
	return start.UnixMilli(), end.UnixMilli() - 1, true
}

// tagFilter is the condition on classifications of some names.
func (f *finder) tagFilter(names []string, filter *Filter) (query.Fact, error) {
	return filter.join(func(leaf *Filter) (query.Fact, error) {
		if t := classSystems[leaf.Attribute]; t != nil {
			return f.leaf(leaf, false, func(c comparison) (query.Fact, error) {
				h, err := c.holds(t)
				return c.negated(h), err
			})
		}
		class := f.classWith(names, leaf.Attribute)
		if class == nil {
			of := AllClassifications
			if len(names) > 0 {
				of = names[0]
			}
			return nil, fault.New(fault.UnknownAttribute, leaf.Attribute, of)
		}
		_, list, _ := formOf(class.Field(leaf.Attribute).Type.Name())
		return f.leaf(leaf, list, func(c comparison) (query.Fact, error) { return f.classAttribute(class, leaf.Attribute, c) })
	})
}

// classSystems are what every classification has, by name.
var classSystems = map[string]query.Trait{
	"__timestamp": query.Created, "__modificationTimestamp": query.Updated, "__createdBy": query.Maker, "__modifiedBy": query.Changer,
}

// classWith gives one of some classifications, nil for any, that has an attribute.
func (f *finder) classWith(names []string, attribute string) *schema.ClassificationType {
	if names == nil {
		for _, c := range f.types.Classifications() {
			if c.Field(attribute) != nil {
				return c
			}
		}
	}
	for _, name := range names {
		if c := f.types.Classification(name); c != nil && c.Field(attribute) != nil {
			return c
		}
	}
	return nil
}

// classAttribute compares an attribute of classifications.
func (f *finder) classAttribute(class *schema.ClassificationType, name string, c comparison) (query.Fact, error) {
	field := class.Field(name)
	a := plainAttribute(name, field)
	return f.jsonFact(a, c)
}

// jsonFact compares an attribute that stands in a JSON object.
func (f *finder) jsonFact(a *attribute, c comparison) (query.Fact, error) {
	trait := query.Attribute{Key: a.name, Form: a.trait.Form, List: a.trait.List, Unset: a.trait.Unset}
	if c.all {
		var every query.Every
		for _, text := range c.texts {
			one := c
			one.all, one.not, one.texts = false, false, []string{text}
			part, err := f.jsonFact(a, one)
			if err != nil {
				return nil, err
			}
			every = append(every, part)
		}
		return c.negated(every), nil
	}
	values, err := f.values(a, c)
	if err != nil {
		return nil, err
	}
	if values == nil && len(c.texts) > 0 {
		return c.negated(none), nil
	}
	is := c.is
	if trait.List && is == query.Containing {
		is = query.Equal
	}
	if is == query.Present {
		trait.Unset = nil
	}
	return c.negated(query.Holds{Trait: trait, Is: is, Values: values}), nil
}
