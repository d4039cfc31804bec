package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// The catalog that TestKillWhileClassificationSpreads fills: one table, processes
// that read it, and the tables that each of them writes.
const (
	spreadJobs   = 200
	spreadWrites = 49
	spreadAll    = 1 + spreadJobs*(1+spreadWrites)
)

const spreadTypes = `{"classificationDefs":[{"name":"Spread","superTypes":[],"attributeDefs":[{"name":"round","typeName":"int","isOptional":true,"cardinality":"SINGLE"}]}],
"entityDefs":[{"name":"spread_table","superTypes":["DataSet"],"attributeDefs":[]},{"name":"spread_job","superTypes":["Process"],"attributeDefs":[]}]}`

// TestKillWhileClassificationSpreads kills the server while a classification is
// put on, changed at and taken off a table that ten thousand others were made
// from. After each restart all of them tell the same, which is the last that
// was acknowledged or what was on its way, and none is lost. The history of each says
// once what that of the source says.
func TestKillWhileClassificationSpreads(t *testing.T) {
	if testing.Short() {
		t.Skip("kills the server while it carries classifications")
	}
	var (
		s    = seed(t)
		rnd  = rand.New(rand.NewPCG(s, 0))
		data = t.TempDir()
		c    = fillCatalog(t, data)
		told = 0 // the round that all tell of; 0 where they have no classification
	)
	for round := 1; round <= 12; round++ {
		server := start(t, data)
		next := round
		method, path, body := http.MethodPut, "/classifications", fmt.Sprintf(`[{"typeName":"Spread","attributes":{"round":%d}}]`, round)
		switch {
		case told == 0:
			method = http.MethodPost
		case rnd.IntN(3) == 0:
			method, path, body, next = http.MethodDelete, "/classification/Spread", "", 0
		}
		time.AfterFunc(time.Duration(rnd.IntN(60))*time.Millisecond, func() { server.cmd.Process.Kill() })
		_, err := c.do(server.url, method, "/api/atlas/v2/entity/guid/"+c.source+path, body)
		if err != nil && !errors.Is(err, errLost) {
			t.Fatalf("round %d: %v", round, err)
		}
		<-server.ended // which may be in the middle of what follows an answer
		told = c.verify(t, data, round, told, next, err == nil, rnd)
	}
	examine(t, data)
}

// A catalog is what the test wrote, and how it is read.
type catalog struct {
	source string
	guids  []string // of all entities
}

func fillCatalog(t *testing.T, data string) *catalog {
	t.Helper()
	server := start(t, data)
	defer server.stop(t)
	c := &catalog{}
	c.must(t, server.url, http.MethodPost, "/api/atlas/v2/types/typedefs", spreadTypes)
	c.source = c.make(t, server.url, spreadEntity("spread_table", 1, "source", ""))[0]
	for job := range spreadJobs {
		var writes, outputs []string
		for k := range spreadWrites {
			writes = append(writes, spreadEntity("spread_table", k+1, fmt.Sprintf("table %d %d", job, k), ""))
			outputs = append(outputs, fmt.Sprintf(`{"typeName":"spread_table","guid":"-%d"}`, k+1))
		}
		ends := fmt.Sprintf(`,"inputs":[{"typeName":"spread_table","guid":"%s"}],"outputs":[%s]`, c.source, strings.Join(outputs, ","))
		c.make(t, server.url, append(writes, spreadEntity("spread_job", spreadWrites+1, fmt.Sprintf("job %d", job), ends))...)
	}
	if len(c.guids) != spreadAll {
		t.Fatalf("made %d entities, want %d", len(c.guids), spreadAll)
	}
	return c
}

func spreadEntity(kind string, id int, name, more string) string {
	return fmt.Sprintf(`{"guid":"-%d","typeName":"%s","attributes":{"qualifiedName":"%s","name":"%s"%s}}`, id, kind, name, name, more)
}

// make writes entities in one call and remembers their guids.
func (c *catalog) make(t *testing.T, base string, entities ...string) []string {
	t.Helper()
	answer := c.must(t, base, http.MethodPost, "/api/atlas/v2/entity/bulk", `{"entities":[`+strings.Join(entities, ",")+`]}`)
	var made struct {
		GUIDAssignments map[string]string `json:"guidAssignments"`
	}
	if err := json.Unmarshal(answer, &made); err != nil || len(made.GUIDAssignments) != len(entities) {
		t.Fatalf("%d entities became %d guids: %v", len(entities), len(made.GUIDAssignments), err)
	}
	var guids []string
	for _, guid := range made.GUIDAssignments {
		guids = append(guids, guid)
	}
	c.guids = append(c.guids, guids...)
	return guids
}

// verify starts the server and wants every entity to be there and to tell of the
// same round, and each kind of read to agree: of next, or where that was not
// acknowledged of told. It gives which.
func (c *catalog) verify(t *testing.T, data string, round, told, next int, acknowledged bool, rnd *rand.Rand) int {
	t.Helper()
	server := start(t, data)
	defer server.stop(t)
	seen := map[int]int{}
	for guids := range slices.Chunk(c.guids, 100) {
		for _, r := range c.rounds(t, server.url, guids) {
			seen[r]++
		}
	}
	now := next
	if !acknowledged && seen[told] == spreadAll {
		now = told
	}
	if len(seen) != 1 || seen[now] != spreadAll {
		t.Fatalf("round %d (acknowledged: %v): of %d entities so many tell of each round: %v, want all %d, or %d if it was not acknowledged",
			round, acknowledged, spreadAll, seen, next, told)
	}
	all := spreadAll
	if now == 0 {
		all = 0
	}
	if counted := c.count(t, server.url); counted != all {
		t.Fatalf("round %d: a search by the classification counts %d, want %d", round, counted, all)
	}
	want := c.audit(t, server.url, c.source)
	for range 10 {
		far := c.guids[1+rnd.IntN(spreadAll-1)]
		got := c.audit(t, server.url, far)
		for end := time.Now().Add(time.Minute); len(got) < len(want) && time.Now().Before(end); {
			got = c.audit(t, server.url, far) // each waits for some time for what is still to be told
		}
		if !slices.Equal(got, want) {
			t.Fatalf("round %d: the history of %s tells %q, want %q", round, far, got, want)
		}
	}
	return now
}

// audit gives what the history of an entity tells of classifications.
func (c *catalog) audit(t *testing.T, base, guid string) (lines []string) {
	t.Helper()
	var events []struct{ Action, Details string }
	if err := json.Unmarshal(c.must(t, base, http.MethodGet, "/api/atlas/v2/entity/"+guid+"/audit?count=1000", ""), &events); err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if action := strings.TrimPrefix(e.Action, "PROPAGATED_"); strings.HasPrefix(action, "CLASSIFICATION_") {
			lines = append(lines, action+" "+strings.Replace(e.Details, " propagated ", " ", 1))
		}
	}
	return lines
}

// rounds gives what each of some entities tells.
func (c *catalog) rounds(t *testing.T, base string, guids []string) []int {
	t.Helper()
	query := url.Values{"guid": guids, "ignoreRelationships": {"true"}, "minExtInfo": {"true"}}
	var found struct {
		Entities []struct {
			GUID, Status    string
			Classifications []struct {
				TypeName, EntityGUID string
				Attributes           struct{ Round int }
			}
		}
	}
	answer := c.must(t, base, http.MethodGet, "/api/atlas/v2/entity/bulk?"+query.Encode(), "")
	if err := json.Unmarshal(answer, &found); err != nil {
		t.Fatal(err)
	}
	if len(found.Entities) != len(guids) {
		t.Fatalf("%d of %d entities are there", len(found.Entities), len(guids))
	}
	rounds := make([]int, 0, len(guids))
	for _, e := range found.Entities {
		switch {
		case e.Status != "ACTIVE" || len(e.Classifications) > 1:
			t.Fatalf("%s is %s with %d classifications", e.GUID, e.Status, len(e.Classifications))
		case len(e.Classifications) == 0:
			rounds = append(rounds, 0)
		default:
			if from := e.Classifications[0].EntityGUID; from != c.source {
				t.Fatalf("%s has its classification of %s", e.GUID, from)
			}
			rounds = append(rounds, e.Classifications[0].Attributes.Round)
		}
	}
	return rounds
}

func (c *catalog) count(t *testing.T, base string) int {
	t.Helper()
	answer := c.must(t, base, http.MethodPost, "/api/atlas/v2/search/basic", `{"classification":"Spread","limit":1}`)
	var found struct{ ApproximateCount int }
	if err := json.Unmarshal(answer, &found); err != nil {
		t.Fatal(err)
	}
	return found.ApproximateCount
}

func (c *catalog) must(t *testing.T, base, method, path, body string) []byte {
	t.Helper()
	answer, err := c.do(base, method, path, body)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// do sends one request on a connection of its own. An answer that refuses it is an error.
func (c *catalog) do(base, method, path, body string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, base+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Close = true
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errLost, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", errLost, err)
	case response.StatusCode/100 != 2:
		return nil, fmt.Errorf("%s %s: status %d: %.300s", method, path, response.StatusCode, answer)
	}
	return answer, nil
}
