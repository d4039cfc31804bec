package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Atlas is what the workloads of Apache Atlas's protocol work on: tables, which
// are numbered from 0, chains of processes, and a fan, whose source many
// entities are made from.
type Atlas struct {
	Entities int // tables that are there when measuring begins
	Fan      int // entities that are made from one source, processes among them

	unique string // part of the names that the load makes

	mu      sync.Mutex
	sampled []string // some of the tables that were there
	chained []string // the tables in the middle of chains
	made    []string // tables of the last phase that made some
	process []string // its processes
}

// NewAtlas gives a load whose new entities are not those of another.
func NewAtlas(entities, fan int) *Atlas {
	return &Atlas{Entities: entities, Fan: fan, unique: fmt.Sprintf("%x", time.Now().UnixNano())}
}

const (
	atlasPath   = "/api/atlas/v2/"
	atlasBulk   = 50  // entities of a call that makes many
	atlasFill   = 500 // and of one that fills the store
	atlasTeams  = 1000
	atlasChains = 200
	atlasHops   = 10 // processes of a chain

	// atlasOutputs is how many tables each process of the fan writes.
	atlasOutputs = 99
)

const atlasTypes = `{"classificationDefs":[
{"name":"BenchPii","superTypes":[],"attributeDefs":[{"name":"level","typeName":"int","isOptional":true,"cardinality":"SINGLE"}]},
{"name":"BenchSpread","superTypes":[],"attributeDefs":[]}],
"entityDefs":[
{"name":"bench_table","superTypes":["DataSet"],"attributeDefs":[
{"name":"rows","typeName":"int","isOptional":true,"cardinality":"SINGLE","isIndexable":true},
{"name":"format","typeName":"string","isOptional":true,"cardinality":"SINGLE","isIndexable":true}]},
{"name":"bench_job","superTypes":["Process"],"attributeDefs":[]}]}`

func tableName(i int) string { return fmt.Sprintf("table-%07d", i) }

// appendTable appends a table, whose placeholder is -id, as JSON.
func appendTable(b []byte, id int, name string, i int) []byte {
	return fmt.Appendf(b, `{"guid":"-%d","typeName":"bench_table","attributes":{"qualifiedName":"%s@bench","name":"%s","description":"Figures of the day",`+
		`"owner":"team-%d","rows":%d,"format":"%s"}}`, id, name, name, i%atlasTeams, i, [...]string{"csv", "parquet", "orc"}[i%3])
}

// appendJob appends a process between tables that are named by JSON.
func appendJob(b []byte, id int, name, inputs, outputs string) []byte {
	return fmt.Appendf(b, `{"guid":"-%d","typeName":"bench_job","attributes":{"qualifiedName":"%s@bench","name":"%s","inputs":[%s],"outputs":[%s]}}`,
		id, name, name, inputs, outputs)
}

func tableRef(guid string) string {
	return fmt.Sprintf(`{"typeName":"bench_table","guid":"%s"}`, guid)
}

// Seed makes the types, tables, chains and the fan over the wire.
func (a *Atlas) Seed(base string) error {
	types := func(c *Client) error {
		_, err := c.Call(&Request{Method: "POST", Path: atlasPath + "types/typedefs", Body: []byte(atlasTypes)})
		return err
	}
	tables := func(*Client) error { return a.seedTables(base) }
	for _, seed := range []func(*Client) error{types, tables, a.seedChains, a.seedFan} {
		if err := with(base, seed); err != nil {
			return err
		}
	}
	return nil
}

// with does something over a connection of its own, since servers close those
// that wait for long.
func with(base string, do func(*Client) error) error {
	c, err := NewClient(base, 5*time.Minute)
	if err != nil {
		return err
	}
	defer c.Close()
	return do(c)
}

func (a *Atlas) seedTables(base string) error {
	calls := (a.Entities + atlasFill - 1) / atlasFill
	w := Workload{Name: "seed", Most: calls, Build: post(atlasPath+"entity/bulk", func(b []byte, i int) []byte {
		b = append(b, `{"entities":[`...)
		for k := i * atlasFill; k < min((i+1)*atlasFill, a.Entities); k++ {
			if k%atlasFill > 0 {
				b = append(b, ',')
			}
			b = appendTable(b, k%atlasFill+1, tableName(k), k)
		}
		return append(b, "]}"...)
	})}
	r, err := Run(base, 0, w, Plan{Clients: 2, Most: calls, Time: 2 * time.Hour, Timeout: 5 * time.Minute})
	return errors.Join(err, firstError(r))
}

// seedChains makes chains of processes, each of which makes a table of the one
// before.
func (a *Atlas) seedChains(c *Client) error {
	for chain := range atlasChains {
		b := appendTable([]byte(`{"entities":[`), 1, chainName(chain, 0), 0)
		for hop := 1; hop <= atlasHops; hop++ {
			b = appendTable(append(b, ','), 2*hop+1, chainName(chain, hop), hop)
			b = appendJob(append(b, ','), 2*hop, chainName(chain, hop)+"-job", tableRef(fmt.Sprintf("-%d", 2*hop-1)), tableRef(fmt.Sprintf("-%d", 2*hop+1)))
		}
		if _, err := c.Call(&Request{Method: "POST", Path: atlasPath + "entity/bulk", Body: append(b, "]}"...)}); err != nil {
			return err
		}
	}
	return nil
}

func chainName(chain, hop int) string { return fmt.Sprintf("chain-%03d-%02d", chain, hop) }

// seedFan makes processes that read one table, and what they write.
func (a *Atlas) seedFan(c *Client) error {
	source, err := a.make(c, string(appendTable(nil, 1, "fan-source", 0)))
	if err != nil {
		return err
	}
	for p := range a.Fan / (atlasOutputs + 1) {
		var outputs []string
		b := []byte(`{"entities":[`)
		for k := range atlasOutputs {
			b = append(appendTable(b, k+1, fmt.Sprintf("fan-%04d-%02d", p, k), k), ',')
			outputs = append(outputs, tableRef(fmt.Sprintf("-%d", k+1)))
		}
		b = appendJob(b, atlasOutputs+1, fmt.Sprintf("fan-%04d", p), tableRef(source), strings.Join(outputs, ","))
		if _, err := c.Call(&Request{Method: "POST", Path: atlasPath + "entity/bulk", Body: append(b, "]}"...)}); err != nil {
			return err
		}
	}
	return nil
}

func (a *Atlas) make(c *Client, entity string) (string, error) {
	body, err := c.Call(&Request{Method: "POST", Path: atlasPath + "entity", Body: []byte(`{"entity":` + entity + `}`)})
	if err != nil {
		return "", err
	}
	return assigned(body)
}

// assigned finds the guid that the placeholder -1 became.
func assigned(body []byte) (string, error) {
	_, after, found := bytes.Cut(body, []byte(`"guidAssignments":{"-1":"`))
	guid, _, whole := bytes.Cut(after, []byte(`"`))
	if !found || !whole {
		return "", fmt.Errorf("no guid in %.200s", body)
	}
	return string(guid), nil
}

// Adopt finds the guids of some of what Seed made.
func (a *Atlas) Adopt(base string) error {
	c, err := NewClient(base, 5*time.Minute)
	if err != nil {
		return err
	}
	defer c.Close()
	const samples = 500
	for i := range min(samples, a.Entities) {
		guid, err := a.find(c, tableName(i*7919%a.Entities))
		if err != nil {
			return err
		}
		a.sampled = append(a.sampled, guid)
	}
	for chain := range atlasChains {
		guid, err := a.find(c, chainName(chain, atlasHops/2))
		if err != nil {
			return err
		}
		a.chained = append(a.chained, guid)
	}
	return nil
}

// find asks for the guid of a table.
func (a *Atlas) find(c *Client, name string) (string, error) {
	body, err := c.Call(&Request{Method: "GET", Path: atlasPath + "entity/uniqueAttribute/type/bench_table/header?attr:qualifiedName=" + name + "@bench"})
	if err != nil {
		return "", err
	}
	var header struct{ GUID string }
	err = json.Unmarshal(body, &header)
	return header.GUID, err
}

// Workloads lists the operations in the order in which they are measured, for
// phases with the given number of clients. Later ones use what earlier ones
// made.
func (a *Atlas) Workloads(clients int) []Workload {
	a.made, a.process = nil, nil
	return append(a.writes(clients), a.reads()...)
}

func (a *Atlas) writes(clients int) []Workload {
	name := func(kind string, i int) string { return fmt.Sprintf("%s-%s-%d-%d", kind, a.unique, clients, i) }
	return []Workload{
		{
			Name: "entity-create",
			Build: post(atlasPath+"entity", func(b []byte, i int) []byte {
				return append(appendTable(append(b, `{"entity":`...), 1, name("one", i), i), '}')
			}),
			Accept: a.keep(&a.made),
		}, {
			Name: fmt.Sprintf("entity-bulk(%d)", atlasBulk),
			Build: post(atlasPath+"entity/bulk", func(b []byte, i int) []byte {
				b = append(b, `{"entities":[`...)
				for k := range atlasBulk {
					if k > 0 {
						b = append(b, ',')
					}
					b = appendTable(b, k+1, name("many", i*atlasBulk+k), k)
				}
				return append(b, "]}"...)
			}),
		}, {
			Name: "process-create",
			Build: post(atlasPath+"entity", func(b []byte, i int) []byte {
				return append(appendJob(append(b, `{"entity":`...), 1, name("job", i), tableRef(a.table(2*i)), tableRef(a.table(2*i+1))), '}')
			}),
			Accept: a.keep(&a.process),
		}, {
			Name:  "classify",
			Bound: a.count(&a.made), // an entity takes each classification once
			Build: func(r *Request, i int) {
				r.Method, r.Path = "POST", atlasPath+"entity/guid/"+a.fresh(i)+"/classifications"
				r.Body = append(r.Body[:0], `[{"typeName":"BenchPii","attributes":{"level":1},"propagate":false}]`...)
			},
		}, {
			Name:  "soft-delete",
			Bound: a.count(&a.process),
			Build: func(r *Request, i int) {
				r.Method, r.Path, r.Body = "DELETE", atlasPath+"entity/guid/"+a.gone(i), r.Body[:0]
			},
		},
	}
}

// keep remembers the guids of what operations made.
func (a *Atlas) keep(guids *[]string) func(int, []byte) error {
	return func(_ int, body []byte) error {
		guid, err := assigned(body)
		if err != nil {
			return err
		}
		a.mu.Lock()
		*guids = append(*guids, guid)
		a.mu.Unlock()
		return nil
	}
}

// count tells how many guids there are.
func (a *Atlas) count(guids *[]string) func() int {
	return func() int {
		a.mu.Lock()
		defer a.mu.Unlock()
		return len(*guids)
	}
}

// table is one of the tables that were there.
func (a *Atlas) table(i int) string { return a.sampled[i%len(a.sampled)] }

// fresh is the ith table of the last phase that made some.
func (a *Atlas) fresh(i int) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.made[i]
}

// gone is the ith process of the last phase that made some: the deletion of one
// leaves the tables.
func (a *Atlas) gone(i int) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.process[i]
}

func (a *Atlas) reads() []Workload {
	dsl := func(name, query string, verify func([]byte) error) Workload {
		return Workload{Name: name, Verify: verify, Build: get(func(b []byte, i int) []byte {
			text := strings.NewReplacer("{i}", fmt.Sprint(i*7919%a.Entities), "{name}", tableName(i*7919%a.Entities), "{team}", fmt.Sprintf("team-%d", i*31%atlasTeams)).Replace(query)
			return append(append(b, atlasPath+"search/dsl?query="...), url.QueryEscape(text)...)
		})}
	}
	team := a.Entities / atlasTeams
	return []Workload{
		{Name: "entity-get", Build: get(func(b []byte, i int) []byte { return append(append(b, atlasPath+"entity/guid/"...), a.table(i)...) })},
		{Name: "audit", Build: get(func(b []byte, i int) []byte {
			return append(append(append(b, atlasPath+"entity/"...), a.table(i)...), "/audit"...)
		})},
		{Name: "lineage(3)", Build: get(func(b []byte, i int) []byte {
			return append(append(append(b, atlasPath+"lineage/"...), a.chained[i%len(a.chained)]...), "?depth=3"...)
		}), Verify: some(`"relations":[{`)},
		{Name: "basic-filter", Build: post(atlasPath+"search/basic", func(b []byte, i int) []byte {
			return fmt.Appendf(b, `{"typeName":"bench_table","limit":25,"entityFilters":{"attributeName":"owner","operator":"=","attributeValue":"team-%d"}}`, i*31%atlasTeams)
		}), Verify: some(`"entities":[{`)},
		{Name: "basic-words", Build: post(atlasPath+"search/basic", func(b []byte, i int) []byte {
			return fmt.Appendf(b, `{"typeName":"bench_table","limit":25,"query":"%s"}`, tableName(i*7919%a.Entities))
		}), Verify: some(`"entities":[{`)},
		dsl("dsl-name", `from bench_table where name = "{name}"`, some(`"entities":[{`)),
		dsl("dsl-like", `from bench_table where name like "{name}*" and rows >= 0`, some(`"entities":[{`)),
		dsl("dsl-order", `from bench_table where owner = "{team}" select name, rows orderby rows desc limit 20`, some(`"values":[[`)),
		dsl("dsl-range", `from bench_table where rows > {i} orderby rows limit 20`, nil),
		dsl("dsl-count", `from bench_table where owner = "{team}" select count()`, func(body []byte) error {
			var answer struct{ Attributes struct{ Values [][]int } }
			if err := json.Unmarshal(body, &answer); err != nil {
				return err
			}
			if v := answer.Attributes.Values; len(v) != 1 || len(v[0]) != 1 || v[0][0] < team {
				return fmt.Errorf("counted %v, want at least %d", v, team)
			}
			return nil
		}),
		dsl("dsl-count-not", `from bench_table where owner != "{team}" select count()`, some(`"values":[[`)),
		dsl("dsl-like-end", `from bench_table where name like "*777" limit 25`, some(`"entities":[{`)),
		dsl("dsl-group", `from bench_table groupby (owner) select owner, count() limit 10`, some(`"values":[[`)),
		dsl("dsl-sum", `from bench_table select min(rows), max(rows), sum(rows)`, some(`"values":[[`)),
		dsl("dsl-class", `bench_table where bench_table isa BenchPii select count()`, some(`"values":[[`)),
		dsl("dsl-newest", `from bench_table orderby __timestamp desc limit 10`, some(`"entities":[{`)),
		dsl("dsl-far", `from bench_table orderby name limit 25 offset 300000`, nil),
	}
}

// some wants a part of an answer.
func some(part string) func([]byte) error {
	return func(body []byte) error {
		if !bytes.Contains(body, []byte(part)) {
			return fmt.Errorf("no %s in %.300s", part, body)
		}
		return nil
	}
}

// Spread puts a classification on the source of the fan and takes it off again,
// times over. It gives how long the call took to return, and how long after it
// was sent each kind of read told of the whole fan: an entity at the far end, a
// search by the classification, and its count.
func (a *Atlas) Spread(base string, pid, times int) ([]Result, error) {
	c, err := NewClient(base, 5*time.Minute)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	source, err := a.find(c, "fan-source")
	if err != nil {
		return nil, err
	}
	far, err := a.find(c, fmt.Sprintf("fan-%04d-%02d", a.Fan/(atlasOutputs+1)-1, atlasOutputs-1))
	if err != nil {
		return nil, err
	}
	reached := a.Fan/(atlasOutputs+1)*(atlasOutputs+1) + 1
	tellsFar := func() (bool, error) {
		body, err := c.Call(&Request{Method: "GET", Path: atlasPath + "entity/guid/" + far})
		return bytes.Contains(body, []byte(`"BenchSpread"`)), err
	}
	search := &Request{Method: "POST", Path: atlasPath + "search/basic", Body: []byte(`{"classification":"BenchSpread","limit":25}`)}
	tellsAll := func() (bool, error) {
		body, err := c.Call(search)
		return bytes.Contains(body, fmt.Appendf(nil, `"approximateCount":%d`, reached)), err
	}
	took := map[string][]time.Duration{}
	cpu := map[string]time.Duration{}
	timed := func(name string, from time.Time, do func() error) error {
		before := TreeCPU(pid)
		err := do()
		took[name] = append(took[name], time.Since(from))
		cpu[name] += TreeCPU(pid) - before
		return err
	}
	names := []string{"spread-add", "spread-seen-far", "spread-seen-by-count", "spread-remove"}
	for range times {
		begun := time.Now()
		err := errors.Join(
			timed(names[0], begun, func() error {
				_, err := c.Call(&Request{Method: "POST", Path: atlasPath + "entity/guid/" + source + "/classifications", Body: []byte(`[{"typeName":"BenchSpread"}]`)})
				return err
			}),
			timed(names[1], begun, func() error { return until(tellsFar) }),
			timed(names[2], begun, func() error { return until(tellsAll) }),
			timed(names[3], time.Now(), func() error {
				_, err := c.Call(&Request{Method: "DELETE", Path: atlasPath + "entity/guid/" + source + "/classification/BenchSpread"})
				return err
			}),
		)
		if err != nil {
			return nil, err
		}
		if seen, err := tellsFar(); err != nil || seen {
			return nil, errors.Join(err, fmt.Errorf("the far end shows what was taken off: %v", seen))
		}
	}
	var results []Result
	for _, name := range names {
		r := summarise([]*worker{{times: slices.Clone(took[name])}}, sum(took[name]), cpu[name])
		r.Op, r.Clients, r.RSS = name, 1, TreeUsage(pid).RSS
		results = append(results, r)
	}
	return results, nil
}

// until asks again until the answer is yes.
func until(ask func() (bool, error)) error {
	const patience = 5 * time.Minute
	for begun := time.Now(); time.Since(begun) < patience; {
		if yes, err := ask(); yes || err != nil {
			return err
		}
	}
	return fmt.Errorf("not within %s", patience)
}
