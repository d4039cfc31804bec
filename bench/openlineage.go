package bench

import (
	"fmt"
	"time"
)

// OpenLineage is the intake of events: runs of a hundred jobs, each with a start
// and an end, that read one table and write a table of their own.
type OpenLineage struct {
	unique string // part of every name
}

// NewOpenLineage gives a load whose runs are not those of another.
func NewOpenLineage() OpenLineage {
	return OpenLineage{unique: fmt.Sprintf("%012x", time.Now().UnixNano()&(1<<48-1))}
}

// EventBatch is how many events one call of the batch carries.
const EventBatch = 100

// Workloads lists the operations in the order in which they are measured, for
// phases with the given number of clients.
func (o OpenLineage) Workloads(clients int) []Workload {
	return []Workload{
		{Name: "event", Build: post("/api/v1/lineage", func(b []byte, i int) []byte { return o.event(b, clients, i) })},
		{Name: fmt.Sprintf("events(%d)", EventBatch), Build: post("/api/v1/lineage/batch", func(b []byte, i int) []byte {
			b = append(b, '[')
			for k := range EventBatch {
				if k > 0 {
					b = append(b, ',')
				}
				b = o.event(b, 1000+clients, i*EventBatch+k)
			}
			return append(b, ']')
		})},
	}
}

// event appends the ith event: starts and ends take turns.
func (o OpenLineage) event(b []byte, phase, i int) []byte {
	state, outputs := "START", "[]"
	if i%2 == 1 {
		state, outputs = "COMPLETE", fmt.Sprintf(`[{"namespace":"s3://lake","name":"out/%s/%d/%d","facets":{"schema":%s}}]`, o.unique, phase, i/2, eventSchema)
	}
	return fmt.Appendf(b, `{"eventType":"%s","eventTime":"2026-01-02T03:04:%02d.%03dZ","producer":"https://example.com/load","schemaURL":"%s",`+
		`"run":{"runId":"%s-%s-4%03x-8000-%012x","facets":{}},"job":{"namespace":"load","name":"job-%d","facets":{}},`+
		`"inputs":[{"namespace":"s3://lake","name":"in","facets":{"schema":%s}}],"outputs":%s}`,
		state, i/1000%60, i%1000, "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
		o.unique[:8], o.unique[8:], phase&0xfff, i/2, i/2%100, eventSchema, outputs)
}

const eventSchema = `{"_producer":"https://example.com/load","_schemaURL":"https://openlineage.io/spec/facets/1-1-1/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet",` +
	`"fields":[{"name":"id","type":"BIGINT"},{"name":"at","type":"TIMESTAMP"},{"name":"kwh","type":"DOUBLE"}]}`
