package mlflowql

import (
	"slices"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

func TestOrderEndsWithWhatDecidesTies(t *testing.T) {
	for _, c := range []struct {
		name  string
		order func() ([]query.Order, error)
		want  string
	}{
		{"runs: the latest start", func() ([]query.Order, error) { return OrderRuns(nil) }, "started desc"},
		{"runs: after what is asked", func() ([]query.Order, error) { return OrderRuns([]string{"metrics.m DESC", "params.p"}) }, `metric "m" desc, param "p" asc, started desc`},
		{"runs: not when it is asked", func() ([]query.Order, error) { return OrderRuns([]string{"created", "tags.t"}) }, `started asc, tag "t" asc`},
		{"experiments: the latest created", func() ([]query.Order, error) { return OrderExperiments(nil) }, "created desc, arrival asc"},
		{"experiments: after what is asked", func() ([]query.Order, error) { return OrderExperiments([]string{"name"}) }, "name asc, arrival desc"},
		{"experiments: not when it is asked", func() ([]query.Order, error) { return OrderExperiments([]string{"experiment_id"}) }, "arrival asc"},
		{"registered models: by name", func() ([]query.Order, error) { return OrderModels(nil) }, "name asc"},
		{"registered models: after what is asked", func() ([]query.Order, error) { return OrderModels([]string{"timestamp DESC"}) }, "updated desc, name asc"},
		{"registered models: not when it is asked", func() ([]query.Order, error) { return OrderModels([]string{"name DESC", "timestamp"}) }, "name desc, updated asc"},
		{"versions: the latest changed", func() ([]query.Order, error) { return OrderVersions(nil) }, "updated desc, name asc, number desc"},
		{"versions: after what is asked", func() ([]query.Order, error) { return OrderVersions([]string{"creation_timestamp"}) }, "created asc, name asc, number desc"},
		{"versions: not when it is asked", func() ([]query.Order, error) { return OrderVersions([]string{"version_number", "name DESC"}) }, "number asc, name desc"},
		{"models: the latest created", func() ([]query.Order, error) { return OrderLoggedModels(nil) }, "created desc"},
		{"models: after what is asked", func() ([]query.Order, error) {
			return OrderLoggedModels([]ModelOrder{
				{Field: "metrics.rmse", Ascending: true, DatasetName: "d", DatasetDigest: "1"}, {Field: "metrics.rmse"}, {Field: "name"},
			})
		}, `score "rmse" on "d"@"1" asc, score "rmse" desc, name desc, created desc`},
		{"models: not when it is asked", func() ([]query.Order, error) {
			return OrderLoggedModels([]ModelOrder{{Field: "creation_timestamp", Ascending: true}})
		}, "created asc"},
	} {
		t.Run(c.name, func(t *testing.T) {
			terms, err := c.order()
			if err != nil || showOrder(terms) != c.want {
				t.Errorf("got %s %v, want %s", showOrder(terms), err, c.want)
			}
		})
	}
}

func TestOrderIsRefused(t *testing.T) {
	model := func(terms ...ModelOrder) error {
		_, err := OrderLoggedModels(terms)
		return err
	}
	runs := func(terms ...string) error {
		_, err := OrderRuns(terms)
		return err
	}
	orderModels := func(terms ...string) error {
		_, err := OrderModels(terms)
		return err
	}
	orderVersions := func(terms ...string) error {
		_, err := OrderVersions(terms)
		return err
	}
	for _, c := range []struct {
		name, want string
		err        error
	}{
		{"a run field twice", "`order_by` contains duplicate fields: ['metrics.m', 'metric.m DESC']", runs("metrics.m", "metric.m DESC")},
		{"a run field by two names", "`order_by` contains duplicate fields: ['start_time', 'created']", runs("start_time", "created")},
		{"more than 20 terms", "`order_by` has 21 terms, at most 20 are allowed.", runs(slices.Repeat([]string{"metrics.m"}, 21)...)},
		{"an endless term", "Invalid order_by clause: it is longer than 16384 bytes.", runs(strings.Repeat("m", MaxFilter+1))},
		{"bytes that are no text", "Invalid order_by clause: it is not text in UTF-8.", runs("metrics.\xff")},
		{"a registered model's field by two names", "`order_by` contains duplicate fields: ['timestamp', 'last_updated_timestamp DESC']", orderModels("timestamp", "last_updated_timestamp DESC")},
		{"a version's field twice", "`order_by` contains duplicate fields: ['name', 'attribute.name']", orderVersions("name", "attribute.name")},
		{"an unknown model field", "Invalid order by field name: foo", model(ModelOrder{Field: "foo"})},
		{"a model's param", "Invalid order by field name: params.p. Only metrics are supported.", model(ModelOrder{Field: "params.p"})},
		{"a digest without a name", "`dataset_name` must be specified with `dataset_digest` in the order of metrics.m.", model(ModelOrder{Field: "metrics.m", DatasetDigest: "1"})},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.err == nil || c.err.Error() != c.want || pedigree.CodeOf(c.err) != pedigree.Invalid {
				t.Errorf("got %v, want %s", c.err, c.want)
			}
		})
	}
}
