package atlas

import (
	"encoding/json"
	"io"
	"math"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/census"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/route"
)

// adminRoutes are the operations on the server as a whole.
func (h *Handler) adminRoutes() []operation {
	const admin = "/admin"
	return []operation{
		{method: "GET", path: admin + "/version", permission: route.Read, call: h.version},
		{method: "GET", path: admin + "/status", permission: route.Read, call: h.serverStatus},
		{method: "GET", path: admin + "/liveness", permission: route.Read, call: saying("Service is live")},
		{method: "GET", path: admin + "/readiness", permission: route.Read, call: saying("Service is ready to accept requests")},
		{method: "GET", path: admin + "/session", permission: route.Read, call: h.session},
		{method: "GET", path: admin + "/stack", permission: route.Manage, call: notOffered("A dump of threads is not offered")},
		{method: "GET", path: admin + "/metrics", permission: route.Read, call: h.metrics},
		{method: "GET", path: admin + "/metricsstats", permission: route.Read, call: h.metricsStats},
		{method: "GET", path: admin + "/metricsstat/{time}", permission: route.Read, call: h.metricsStat},
		{method: "GET", path: admin + "/metricsstats/range", permission: route.Read, call: h.metricsRange},
		{method: "GET", path: admin + "/metricsstats/charts", permission: route.Read, call: h.metricsCharts},
		{method: "GET", path: admin + "/debug/metrics", permission: route.Manage, call: h.debugMetrics},

		{method: "PUT", path: admin + "/purge", permission: route.Delete, call: h.purge},
		{method: "POST", path: admin + "/audits", permission: route.Manage, call: h.audits},
		{method: "POST", path: admin + "/audits/ageout", permission: route.Manage, call: always([]string{})}, // no task: the history is kept for ever
		{method: "GET", path: admin + "/audit/{guid}/details", permission: route.Manage, call: h.auditDetails},
		{method: "GET", path: admin + "/audit/{guid}/summary", permission: route.Manage, call: h.auditSummary},
		{method: "GET", path: admin + "/audit/{guid}/batches", permission: route.Manage, call: h.auditSummary},

		{method: "GET", path: admin + "/activeSearches", permission: route.Read, call: always([]string{})},
		{method: "DELETE", path: admin + "/activeSearches/{id}", permission: route.Manage, call: always(false)},
		{method: "POST", path: admin + "/checkstate", permission: route.Read, call: h.checkState},
		{method: "GET", path: admin + "/patches", permission: route.Manage, call: always(map[string]any{"patches": []string{}})},
		{method: "GET", path: admin + "/tasks", permission: route.Manage, call: always([]string{})},
		{method: "DELETE", path: admin + "/tasks", permission: route.Manage, call: h.deleteTasks},
		{method: "GET", path: v2 + "/indexrecovery", permission: route.Manage, call: h.indexRecovery},
		{method: "POST", path: v2 + "/indexrecovery/start", permission: route.Manage, call: h.recoverIndex},
	}
}

// notApplicable says that no index was ever recovered: they follow what is written
// by themselves.
const notApplicable = "Not applicable"

// always answers the same.
func always(m any) call {
	return func(w http.ResponseWriter, r *http.Request) error {
		var ignored map[string]any
		if err := decode(r, &ignored); err != nil {
			return err
		}
		return answer(w, m)
	}
}

// saying answers with words.
func saying(words string) call {
	return func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, words) // there is nobody left to tell
		return nil
	}
}

// notOffered refuses what the protocol has and this server does not.
func notOffered(why string) call {
	return func(_ http.ResponseWriter, r *http.Request) error {
		var ignored map[string]any
		if err := decode(r, &ignored); err != nil {
			return err
		}
		return pedigree.Errorf(pedigree.Unimplemented, "%s", why)
	}
}

// protocolVersion is whose clients the wire is held against.
const protocolVersion = "2.4.0"

// deleteTasks has nothing to do: what other servers do later, this one does at once.
func (h *Handler) deleteTasks(w http.ResponseWriter, r *http.Request) error {
	var ignored map[string]any
	if err := decode(r, &ignored); err != nil {
		return err
	}
	return done(w)
}

func (h *Handler) version(w http.ResponseWriter, _ *http.Request) error {
	return answer(w, map[string]string{
		"Name": "apache-atlas", "Version": protocolVersion, "Revision": h.Version, "Description": "Pedigree, by the protocol of Apache Atlas",
	})
}

func (h *Handler) serverStatus(w http.ResponseWriter, _ *http.Request) error {
	return answer(w, map[string]string{"Status": "ACTIVE"})
}

func (h *Handler) session(w http.ResponseWriter, r *http.Request) error {
	return answer(w, map[string]any{
		"userName": userOf(r), "groups": []string{"ROLE_ADMIN"},
		"atlas.rest-csrf.enabled": false, "atlas.rest-csrf.browser-useragents-regex": "^Mozilla.*,^Opera.*,^Chrome.*",
		"atlas.rest-csrf.methods-to-ignore": "GET,OPTIONS,HEAD,TRACE", "atlas.rest-csrf.custom-header": "X-XSRF-HEADER",
		"atlas.entity.create.allowed": true, "atlas.entity.update.allowed": true, "atlas.ui.editable.entity.types": "*",
		"atlas.ui.default.version": "v2", "atlas.ui.date.timezone.format.enabled": true, "atlas.ui.date.format": "MM/DD/YYYY hh:mm:ss A",
		"timezones": []string{"UTC"}, "atlas.debug.metrics.enabled": false, "atlas.tasks.enabled": false, "atlas.tasks.ui.tab.enabled": false,
		"atlas.lineage.on.demand.enabled": true, "atlas.lineage.on.demand.default.node.count": 3, "atlas.relationship.search.enabled": true,
	})
}

func (h *Handler) metrics(w http.ResponseWriter, r *http.Request) error {
	c, err := h.Census.Count(r.Context(), workspace)
	if err != nil {
		return err
	}
	return answer(w, metricsOf(c, flag(r.URL.Query(), "excludeTypeAndSubTypeEntity", true)))
}

// metricsOf tells counts as clients know them.
func metricsOf(c *census.Counts, own bool) map[string]any {
	entity := map[string]any{"entityActive": c.Active, "entityDeleted": c.Deleted, "entityShell": map[string]int64{}}
	if !own {
		entity["entityActive-typeAndSubTypes"], entity["entityDeleted-typeAndSubTypes"] = c.ActiveBelow, c.BelowInBin
		entity["entityShell-typeAndSubTypes"] = map[string]int64{}
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return map[string]any{"data": map[string]any{
		"general": map[string]any{
			"collectionTime": c.Time, "entityCount": c.Entities, "typeCount": c.Types, "tagCount": c.Tags, "typeUnusedCount": c.Unused,
			"stats": map[string]any{"Server:startTimeStamp": started, "Server:activeTimeStamp": started, "Server:upTime": time.Since(begun).Round(time.Second).String()},
		},
		"entity": entity,
		"tag":    map[string]any{"tagEntities": c.Tagged},
		"system": map[string]any{
			"memory":  map[string]any{"heapInUse": memory.HeapInuse, "heapSystem": memory.HeapSys},
			"os":      map[string]any{"os.spec": runtime.GOOS + " " + runtime.GOARCH, "os.vcpus": strconv.Itoa(runtime.NumCPU())},
			"runtime": map[string]any{"name": "Pedigree", "version": runtime.Version()},
		},
	}}
}

// begun is when the server began.
var (
	begun   = time.Now()
	started = pedigree.TimeOf(begun)
)

// A metricsStat is what was counted at one moment.
type metricsStat struct {
	GUID     string         `json:"guid"`
	ID       string         `json:"metricsId"`
	Time     pedigree.Time  `json:"collectionTime"`
	Lifetime int64          `json:"timeToLiveMillis"`
	Types    map[string]any `json:"typeData,omitempty"`
	Metrics  map[string]any `json:"metrics,omitempty"`
}

func statOf(c *census.Counts, whole bool) metricsStat {
	id := "atlas_metrics_" + strconv.FormatInt(int64(c.Time), 10) + "@default"
	s := metricsStat{GUID: id, ID: id, Time: c.Time, Lifetime: int64(7 * 24 * time.Hour / time.Millisecond)}
	if whole {
		s.Metrics = metricsOf(c, false)
	}
	return s
}

func (h *Handler) metricsStats(w http.ResponseWriter, r *http.Request) error {
	kept, err := h.Census.Kept(r.Context(), 0, math.MaxInt64)
	all := []metricsStat{}
	for _, c := range kept {
		all = append(all, statOf(c, !flag(r.URL.Query(), "mininfo", true)))
	}
	slices.Reverse(all)
	return answered(w, all, err)
}

func (h *Handler) metricsStat(w http.ResponseWriter, r *http.Request) error {
	at, err := strconv.ParseInt(r.PathValue("time"), 10, 64)
	if err != nil {
		return fault.New(fault.BadRequest, "The time must be a number of milliseconds")
	}
	all, err := h.Census.Kept(r.Context(), pedigree.Time(at), pedigree.Time(at))
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return fault.New(fault.InstanceByUniqueAttributeNotFound, "__AtlasMetricsStat", "{collectionTime="+strconv.FormatInt(at, 10)+"}")
	}
	return answer(w, statOf(all[0], true))
}

// keptFor gives the counts and types that a request names.
func (h *Handler) keptFor(r *http.Request) (all []*census.Counts, names []string, err error) {
	q := r.URL.Query()
	if q.Get("startTime") == "" || q.Get("endTime") == "" {
		return nil, nil, fault.New(fault.BadRequest, "startTime or endTime is null/empty.")
	}
	from, err1 := strconv.ParseInt(q.Get("startTime"), 10, 64)
	to, err2 := strconv.ParseInt(q.Get("endTime"), 10, 64)
	if err1 != nil || err2 != nil {
		return nil, nil, fault.New(fault.BadRequest, "startTime and endTime must be numbers of milliseconds")
	}
	if from >= to {
		return nil, nil, fault.New(fault.InvalidParameters, "startTime "+q.Get("startTime")+" must be before endTime "+q.Get("endTime"))
	}
	all, err = h.Census.Kept(r.Context(), pedigree.Time(from), pedigree.Time(to))
	return all, q["typeName"], err
}

func (h *Handler) metricsRange(w http.ResponseWriter, r *http.Request) error {
	kept, names, err := h.keptFor(r)
	if err != nil {
		return err
	}
	all := []metricsStat{}
	for _, c := range slices.Backward(kept) {
		s := statOf(c, false)
		s.Types = make(map[string]any)
		for _, name := range names {
			s.Types[name] = map[string]int64{"Active": c.Active[name], "Deleted": c.Deleted[name], "Shell": 0}
		}
		all = append(all, s)
	}
	return answer(w, all)
}

// A chartLine is how one number went over time.
type chartLine struct {
	Key    string     `json:"key"`
	Values [][2]int64 `json:"values"` // moment and number
}

func (h *Handler) metricsCharts(w http.ResponseWriter, r *http.Request) error {
	kept, names, err := h.keptFor(r)
	if err != nil {
		return err
	}
	charts := make(map[string][]chartLine)
	for _, name := range names {
		lines := []chartLine{{Key: "Active"}, {Key: "Deleted"}, {Key: "Shell"}}
		for _, c := range kept {
			for i, n := range []int64{c.Active[name], c.Deleted[name], 0} {
				lines[i].Values = append(lines[i].Values, [2]int64{int64(c.Time), n})
			}
		}
		if len(kept) == 0 {
			lines = []chartLine{}
		}
		charts[name] = lines
	}
	return answer(w, charts)
}

// maxPurge bounds how many entities one request removes for ever.
const maxPurge = 10_000

func (h *Handler) purge(w http.ResponseWriter, r *http.Request) error {
	var guids []string
	if err := decode(r, &guids); err != nil {
		return err
	}
	slices.Sort(guids)
	guids = slices.Compact(guids)
	switch {
	case len(guids) == 0:
		return fault.New(fault.InvalidParameters, "Guid(s) not specified")
	case len(guids) > maxPurge:
		return fault.New(fault.PurgeRequestSizeExceedsLimit, len(guids), maxPurge)
	}
	gone, err := h.Entities.Purge(r.Context(), workspace, guids)
	return answered(w, gone, err)
}

// An auditEntry is something that was done to the catalog as a whole.
type auditEntry struct {
	GUID      string        `json:"guid"`
	User      string        `json:"userName"`
	Operation string        `json:"operation"`
	Params    string        `json:"params"`
	Start     pedigree.Time `json:"startTime"`
	End       pedigree.Time `json:"endTime"`
	Client    string        `json:"clientId"`
	Result    string        `json:"result"`
	Count     int64         `json:"resultCount"`
}

func auditEntryOf(d *census.Deed) auditEntry {
	e := auditEntry{GUID: d.GUID(), User: d.User, Operation: d.Operation, Params: d.Asked, Start: d.Time, End: d.Time, Client: d.Origin, Result: d.Done}
	if d.Operation == "PURGE" {
		var asked, gone []string
		_, _ = json.Unmarshal([]byte(d.Asked), &asked), json.Unmarshal([]byte(d.Done), &gone) // what was too long to be kept is shown as it is
		if gone != nil || asked != nil {
			e.Params, e.Result, e.Count = "["+strings.Join(asked, ", ")+"]", strings.Join(gone, ","), int64(len(gone))
		}
		return e
	}
	if strings.HasPrefix(d.Operation, "TYPE_DEF_") {
		e.Count = countDefinitions(d.Done)
		return e
	}
	var said struct {
		Start   pedigree.Time    `json:"startTime"`
		End     pedigree.Time    `json:"endTime"`
		Status  string           `json:"operationStatus"`
		Metrics map[string]int64 `json:"metrics"`
	}
	if json.Unmarshal([]byte(d.Done), &said) != nil || said.Start == 0 {
		return e
	}
	e.Start, e.End = said.Start, said.End
	for name, n := range said.Metrics {
		if strings.HasPrefix(name, "entity:") && name != "entity:withExtInfo" {
			e.Count += n
		}
	}
	return e
}

// countDefinitions counts those that a line of the history is about. They stand there
// by category: themselves, what lists say of them, or how many they are.
func countDefinitions(said string) (n int64) {
	var byCategory map[string]any
	_ = json.Unmarshal([]byte(said), &byCategory) // what was cut off counts for none
	for _, these := range byCategory {
		switch these := these.(type) {
		case []any:
			n += int64(len(these))
		case float64:
			n += int64(these)
		}
	}
	return n
}

// A criterion is what entries of a list must be, or several that are joined.
type criterion struct {
	Condition string      `json:"condition"` // AND or OR
	Criteria  []criterion `json:"criterion"`
	Name      string      `json:"attributeName"`
	Operator  string      `json:"operator"`
	Value     string      `json:"attributeValue"`
}

// holds reports whether an entry is what is asked for.
func (c *criterion) holds(e *auditEntry) bool {
	if c.Condition != "" || len(c.Criteria) > 0 {
		test := func(one criterion) bool { return one.holds(e) }
		if strings.EqualFold(c.Condition, "OR") {
			return len(c.Criteria) == 0 || slices.ContainsFunc(c.Criteria, test)
		}
		return !slices.ContainsFunc(c.Criteria, func(one criterion) bool { return !one.holds(e) })
	}
	switch c.Name {
	case "startTime", "endTime", "resultCount":
		have := map[string]int64{"startTime": int64(e.Start), "endTime": int64(e.End), "resultCount": e.Count}[c.Name]
		want, err := strconv.ParseInt(c.Value, 10, 64)
		return err == nil && numberHolds(c.Operator, have, want)
	}
	have := map[string]string{"userName": e.User, "operation": e.Operation, "params": e.Params, "result": e.Result, "clientId": e.Client}[c.Name]
	return textHolds(c.Operator, have, c.Value)
}

func numberHolds(operator string, have, want int64) bool {
	switch strings.ToLower(operator) {
	case "<", "lt":
		return have < want
	case "<=", "lte":
		return have <= want
	case ">", "gt":
		return have > want
	case ">=", "gte":
		return have >= want
	case "!=", "neq":
		return have != want
	}
	return have == want
}

func textHolds(operator, have, want string) bool {
	switch strings.ToLower(operator) {
	case "contains", "like":
		return strings.Contains(have, want)
	case "not_contains":
		return !strings.Contains(have, want)
	case "startswith", "begins_with":
		return strings.HasPrefix(have, want)
	case "endswith", "ends_with":
		return strings.HasSuffix(have, want)
	case "!=", "neq":
		return have != want
	case "isnull", "is_null":
		return have == ""
	case "notnull", "not_null":
		return have != ""
	}
	return have == want
}

func (h *Handler) audits(w http.ResponseWriter, r *http.Request) error {
	in := struct {
		Filters *criterion `json:"auditFilters"`
		Limit   int        `json:"limit"`
		Offset  int        `json:"offset"`
		SortBy  string     `json:"sortBy"`
		Order   string     `json:"sortOrder"`
	}{}
	if err := decode(r, &in); err != nil {
		return err
	}
	q := &census.DeedQuery{SortBy: in.SortBy, Ascending: strings.HasPrefix(in.Order, "ASC"), Limit: in.Limit, Offset: in.Offset}
	if in.Limit <= 0 {
		q.Limit = 100
	}
	if in.Filters != nil {
		q.Wants = func(d *census.Deed) bool {
			e := auditEntryOf(d)
			return in.Filters.holds(&e)
		}
	}
	deeds, err := h.Census.Deeds(r.Context(), workspace, q)
	all := []auditEntry{}
	for _, d := range deeds {
		all = append(all, auditEntryOf(d))
	}
	return listed(w, all, err)
}

// deed finds what a request names.
func (h *Handler) deed(r *http.Request) (*census.Deed, error) {
	guid := r.PathValue("guid")
	if id, ok := census.ParseGUID(guid); ok {
		d, err := h.Census.Deed(r.Context(), workspace, id)
		if d != nil || err != nil {
			return d, err
		}
	}
	return nil, fault.New(fault.InstanceGUIDNotFound, guid)
}

func (h *Handler) auditDetails(w http.ResponseWriter, r *http.Request) error {
	d, err := h.deed(r)
	if err != nil {
		return err
	}
	limit, err := number(r.URL.Query(), "limit", 10)
	if err != nil {
		return err
	}
	offset, err := number(r.URL.Query(), "offset", 0)
	if err != nil {
		return err
	}
	headers := []*catalog.Header{}
	var gone []string
	if d.Operation != "PURGE" || json.Unmarshal([]byte(d.Done), &gone) != nil {
		return answer(w, headers)
	}
	gone = gone[min(max(offset, 0), len(gone)):]
	gone = gone[:min(max(limit, 0), len(gone))]
	said, err := h.Census.Purged(r.Context(), workspace, d, gone)
	if err != nil {
		return err
	}
	for _, guid := range gone {
		_, text, _ := strings.Cut(said[guid], ": ")
		header := &catalog.Header{}
		if decodeText([]byte(text), header) != nil || header.GUID == "" {
			header = &catalog.Header{GUID: guid, Status: catalog.Purged}
		}
		headers = append(headers, header)
	}
	return answer(w, headers)
}

// auditSummary refuses: this server purges at once, and so has no summaries of runs.
func (h *Handler) auditSummary(_ http.ResponseWriter, r *http.Request) error {
	if _, err := h.deed(r); err != nil {
		return err
	}
	return fault.New(fault.InvalidParameters, "Not a purge summary audit entry: "+r.PathValue("guid"))
}

// checkState looks whether entities can be read. There is nothing to mend: what
// hangs together is written together.
func (h *Handler) checkState(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		GUIDs []string `json:"entityGuids"`
		Types []string `json:"entityTypes"`
	}
	if err := decode(r, &in); err != nil {
		return err
	}
	if len(in.GUIDs) > maxPurge {
		return fault.New(fault.BadRequest, "There are more than 10000 guids in one request")
	}
	scanned := int64(0)
	entities := make(map[string]any)
	if len(in.GUIDs) > 0 {
		err := h.Entities.View(r.Context(), workspace, func(v *catalog.View) error {
			nodes, err := v.NodesByGUID(in.GUIDs)
			if err != nil {
				return err
			}
			var found []pedigree.Node
			for _, n := range nodes {
				found = append(found, *n)
			}
			headers, err := v.Headers(found, catalog.HeaderOptions{})
			for _, e := range headers {
				entities[e.GUID] = map[string]any{
					"guid": e.GUID, "typeName": e.TypeName, "name": e.DisplayText, "status": e.Status, "state": "OK", "issues": []string{},
				}
			}
			scanned = int64(len(headers))
			return err
		})
		if err != nil {
			return err
		}
	}
	if len(in.Types) > 0 {
		c, err := h.Census.Count(r.Context(), workspace)
		if err != nil {
			return err
		}
		for _, name := range in.Types {
			scanned += c.Active[name] + c.Deleted[name]
		}
	}
	return answer(w, map[string]any{
		"entitiesScanned": scanned, "entitiesOk": scanned, "entitiesFixed": 0, "entitiesPartiallyFixed": 0, "entitiesNotFixed": 0, "state": "OK",
		"entities": entities,
	})
}

// indexRecovery tells from when on indexes were made anew: never, but for what a
// client has asked for.
func (h *Handler) indexRecovery(w http.ResponseWriter, r *http.Request) error {
	asked, err := h.Census.Recovered(r.Context())
	if err != nil {
		return err
	}
	if asked == "" {
		asked = notApplicable
	}
	return answer(w, map[string]string{"startTime": notApplicable, "prevTime": notApplicable, "customTime": asked})
}

// recoverIndex remembers what was asked for. There is nothing else to do: the indexes
// follow what is written by themselves.
func (h *Handler) recoverIndex(w http.ResponseWriter, r *http.Request) error {
	text := strings.TrimSpace(r.URL.Query().Get("startTime"))
	if text == "" {
		return fault.New(fault.BadRequest, "Index Recovery requested without start time")
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return fault.New(fault.BadRequest, "The parameter startTime must be a moment such as 2026-11-29T21:40:00Z")
	}
	return emptied(w, h.Census.Recover(r.Context(), at.UTC().Format(time.RFC3339Nano)))
}
