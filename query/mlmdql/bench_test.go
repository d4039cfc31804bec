package mlmdql

import (
	"testing"

	"github.com/pedigree-ml/pedigree"
)

func BenchmarkParse(b *testing.B) {
	for _, c := range []struct{ name, filter string }{
		{"one", `custom_properties.parent_dag_id.int_value = 1`},
		{"typical", `contexts_0.type = "node" AND contexts_0.name = "trainer" AND contexts_1.type = "pipeline" AND contexts_1.name = "p" AND last_known_state IN (COMPLETE, CACHED)`},
		{"functions", `LENGTH(name) > 3 AND COALESCE(properties.step.int_value, 0) * 2 BETWEEN 1 AND 10 AND UPPER(custom_properties.k.string_value) LIKE 'A%'`},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(pedigree.Execution, c.filter); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
