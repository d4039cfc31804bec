package api

import (
	"net/http"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/route"
)

// lineageEndpoints tell what was made from what.
func (h *Handler) lineageEndpoints() []endpoint {
	missing := []pedigree.Code{pedigree.NotFound}
	return []endpoint{{
		id: "getLineage", method: "GET", path: "/lineage", group: lineageGroup, permission: route.Read,
		summary: "Walk from the nodes that a reference names to what they were made of, and to what was made of them",
		detail: "Who accepts application/x-ndjson gets the parts as they are found, each a line, and last a line that says how the walk ended; " +
			"without that one the answer was cut short.",
		parameters: slices.Concat(walkParameters(), typeParameters(), []parameter{
			choiceOf("direction", "where to go: to what it was made of, to what was made of it, or both", "both", "upstream", "downstream"),
		}),
		answer: LineageAnswer{}, lines: []any{LineageAnswer{}, LineageEnd{}}, problems: missing, call: h.lineage,
	}, {
		id: "getImpact", method: "GET", path: "/impact", group: lineageGroup, permission: route.Read,
		summary: "Tell which runs, models, endpoints and artifacts depend on something",
		detail: "Who accepts application/x-ndjson gets them as they are found, some to a line, and last a line that says how the walk ended; " +
			"without that one the answer was cut short.",
		parameters: slices.Concat(walkParameters(), typeParameters()),
		answer:     ImpactAnswer{}, lines: []any{ImpactAnswer{}, LineageEnd{}}, problems: missing, call: h.impact,
	}, {
		id: "getProvenance", method: "GET", path: "/provenance", group: lineageGroup, permission: route.Read,
		summary:    "Tell everything needed to repeat what led to something",
		parameters: walkParameters(), answer: ProvenanceAnswer{}, problems: missing, call: h.provenance,
	}, {
		id: "getDifference", method: "GET", path: "/diff", group: lineageGroup, permission: route.Read,
		summary:    "Tell what changed upstream between two things, such as two versions of a model",
		parameters: []parameter{refIn("left"), refIn("right"), depthParameter()}, answer: DiffAnswer{}, problems: missing, call: h.diff,
	}, {
		id: "getPath", method: "GET", path: "/path", group: lineageGroup, permission: route.Read,
		summary:    "Tell how two things are tied: the nodes between them, in order",
		parameters: []parameter{refIn("from"), refIn("to"), asOfParameter()}, answer: LineageAnswer{}, problems: missing, call: h.path,
	}, h.columnEndpoint()}
}

// An ImpactAnswer holds what depends on something.
type ImpactAnswer struct {
	Hits      []Hit               `json:"hits"`   // nearest first
	Joined    [][]pedigree.NodeID `json:"joined"` // nodes that are one thing under several names
	Truncated bool                `json:"truncated,omitempty"`
}

// A Hit is a node that depends on what was asked about.
type Hit struct {
	LineageNode
	Role    string          `json:"role" enum:"run,model,endpoint,artifact"`
	Owner   string          `json:"owner,omitempty"`
	State   string          `json:"state,omitempty"`
	Updated string          `json:"updated,omitempty" format:"date-time"`
	Used    string          `json:"used,omitempty" format:"date-time"` // when the newest execution that read it began, of an execution when it did itself
	By      pedigree.NodeID `json:"by,omitempty"`                      // the node that it was met from
	Stage   string          `json:"stage,omitempty"`
	Aliases []string        `json:"aliases,omitempty"`
	InUse   bool            `json:"in_use"` // a model version with an alias or in a stage
}

// impact tells which live runs, models and endpoints use something.
func (h *Handler) impact(w http.ResponseWriter, r *request) error {
	q, err := h.lineageQuery(r)
	if err != nil {
		return err
	}
	q.Show.Types, q.Stop.Types = r.texts("type"), r.texts("stop")
	if wantsLines(r) {
		return lines(w, func(tell func(any) error) (LineageEnd, error) {
			sum, err := h.Lineage.Impact(r.Context(), q, func(p *lineage.ImpactPart) error { return tell(impactOf(p)) })
			return endOf(&sum), err
		})
	}
	a := ImpactAnswer{Hits: []Hit{}, Joined: [][]pedigree.NodeID{}}
	sum, err := h.Lineage.Impact(r.Context(), q, func(p *lineage.ImpactPart) error {
		part := impactOf(p)
		a.Hits, a.Joined = append(a.Hits, part.Hits...), append(a.Joined, part.Joined...)
		return nil
	})
	if err != nil {
		return err
	}
	a.Truncated = sum.Truncated
	return answer(w, a)
}

func impactOf(p *lineage.ImpactPart) *ImpactAnswer {
	a := &ImpactAnswer{Hits: make([]Hit, len(p.Hits)), Joined: nodesOf(p.Joined)}
	for i := range p.Hits {
		hit := &p.Hits[i]
		a.Hits[i] = Hit{
			LineageNode: lineageNodeOf(&hit.Node), Role: hit.Role.String(), Owner: hit.Owner, State: hit.State, By: hit.By, Stage: hit.Stage, Aliases: hit.Aliases, InUse: hit.InUse(),
		}
		if hit.Updated.Set() {
			a.Hits[i].Updated = moment(hit.Updated)
		}
		if hit.Used.Set() {
			a.Hits[i].Used = moment(hit.Used)
		}
	}
	return a
}

func nodesOf(joined []lineage.Join) [][]pedigree.NodeID {
	all := make([][]pedigree.NodeID, len(joined))
	for i, j := range joined {
		all[i] = j.Nodes
	}
	return all
}

// A ProvenanceAnswer is what it takes to make something again.
type ProvenanceAnswer struct {
	Steps     []Step              `json:"steps"`     // in an order in which they can be run
	Materials []Material          `json:"materials"` // what they read and wrote, nearest first
	Joined    [][]pedigree.NodeID `json:"joined"`
	Cyclic    bool                `json:"cyclic,omitempty"` // some steps depend on each other in a circle
	Truncated bool                `json:"truncated,omitempty"`
}

// A Step is an execution that took part.
type Step struct {
	Node
	Params      []Property        `json:"params"`
	Code        []Property        `json:"code"`
	Environment []Property        `json:"environment"`
	Inputs      []pedigree.NodeID `json:"inputs"`
	Outputs     []pedigree.NodeID `json:"outputs"`
}

// A Material is an artifact that took part.
type Material struct {
	Node
	Source      bool       `json:"source"` // no step wrote it
	Digest      string     `json:"digest,omitempty"`
	Description []Property `json:"description"`
}

// provenance tells everything needed to repeat what led to something.
func (h *Handler) provenance(w http.ResponseWriter, r *request) error {
	q, err := h.lineageQuery(r)
	if err != nil {
		return err
	}
	p, err := h.Lineage.Provenance(r.Context(), q)
	if err != nil {
		return err
	}
	a := ProvenanceAnswer{
		Steps: make([]Step, len(p.Steps)), Materials: make([]Material, len(p.Materials)), Joined: nodesOf(p.Joined), Cyclic: p.Cyclic, Truncated: p.Truncated,
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		a.Steps[i] = Step{nodeOf(&s.Node), plain(s.Params), plain(s.Code), plain(s.Environment), list(s.Inputs), list(s.Outputs)}
	}
	for i := range p.Materials {
		m := &p.Materials[i]
		a.Materials[i] = Material{nodeOf(&m.Node), m.Source, m.Digest, plain(m.Description)}
	}
	return answer(w, a)
}

// plain shows properties under their qualified keys, never null.
func plain(properties []pedigree.Property) []Property {
	return propertiesOf(&pedigree.Facts{Properties: properties})
}

// list is never null.
func list(ids []pedigree.NodeID) []pedigree.NodeID { return append([]pedigree.NodeID{}, ids...) }

// A DiffAnswer is how the pedigrees of two things differ.
type DiffAnswer struct {
	Common    int           `json:"common"`  // nodes that both have
	Removed   []LineageNode `json:"removed"` // only on the left
	Added     []LineageNode `json:"added"`   // only on the right
	Changed   []Changed     `json:"changed"`
	Truncated bool          `json:"truncated,omitempty"`
}

// A Changed is two nodes that play the same part and differ.
type Changed struct {
	Left   LineageNode   `json:"left"`
	Right  LineageNode   `json:"right"`
	Fields []FieldChange `json:"fields"` // empty where both say the same
}

// A FieldChange is a fact that differs; a side that says nothing of it is null.
type FieldChange struct {
	Key   string `json:"key"`
	Left  any    `json:"left"`
	Right any    `json:"right"`
}

// diff tells what changed upstream between two things, such as two versions of
// a model.
func (h *Handler) diff(w http.ResponseWriter, r *request) error {
	left, err := h.resolve(r, "left")
	if err != nil {
		return err
	}
	right, err := h.resolve(r, "right")
	if err != nil {
		return err
	}
	q := lineage.DiffQuery{Workspace: h.workspace(), Left: idsOf(left), Right: idsOf(right), Depth: int(r.number("depth"))}
	d, err := h.Lineage.Diff(r.Context(), &q)
	if err != nil {
		return err
	}
	a := DiffAnswer{Common: d.Common, Removed: lineageNodes(d.Removed), Added: lineageNodes(d.Added), Changed: make([]Changed, len(d.Changed)), Truncated: d.Truncated}
	for i := range d.Changed {
		c := &d.Changed[i]
		a.Changed[i] = Changed{lineageNodeOf(&c.Left), lineageNodeOf(&c.Right), make([]FieldChange, len(c.Fields))}
		for j, f := range c.Fields {
			a.Changed[i].Fields[j] = FieldChange{pedigree.QualifiedKey(f.Space, f.Key), sideOf(f.Left), sideOf(f.Right)}
		}
	}
	return answer(w, a)
}

func sideOf(p *pedigree.Property) any {
	if p == nil {
		return nil
	}
	return valueOf(p)
}

// path tells how two things are tied.
func (h *Handler) path(w http.ResponseWriter, r *request) error {
	from, err := h.resolve(r, "from")
	if err != nil {
		return err
	}
	to, err := h.resolve(r, "to")
	if err != nil {
		return err
	}
	q := lineage.PathQuery{Workspace: h.workspace(), From: idsOf(from), To: idsOf(to), AsOf: r.moment("as_of")}
	p, err := h.Lineage.Path(r.Context(), &q)
	if err != nil {
		return err
	}
	a := lineageOf(&p.Part)
	a.Truncated = p.Truncated
	return answer(w, a)
}

func idsOf(nodes []lineage.Node) []pedigree.NodeID {
	ids := make([]pedigree.NodeID, len(nodes))
	for i := range nodes {
		ids[i] = nodes[i].ID
	}
	return ids
}
