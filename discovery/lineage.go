package discovery

import (
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/schema"
)

// Directions of lineage.
const (
	Inputs  = "INPUT"
	Outputs = "OUTPUT"
	Both    = "BOTH"
)

// DefaultDepth is how many data sets away lineage reaches where nobody says.
const DefaultDepth = 3

// mostRelations bounds the lineage that is shown at once.
const mostRelations = 10_000

// Lineage is what an entity was made from, and what was made from it.
type Lineage struct {
	GUID      string                     `json:"baseEntityGuid"`
	Direction string                     `json:"lineageDirection"`
	Depth     int                        `json:"lineageDepth"`
	Entities  map[string]*catalog.Header `json:"guidEntityMap"`
	Relations []LineageRelation          `json:"relations"`
	OnDemand  map[string]*Demanded       `json:"relationsOnDemand,omitzero"`
	Payload   map[string]*Demand         `json:"lineageOnDemandPayload,omitzero"`
}

// A LineageRelation leads from what was read to who read it, and on to what that wrote.
type LineageRelation struct {
	From string `json:"fromEntityId"`
	To   string `json:"toEntityId"`
	GUID string `json:"relationshipId"`
}

// LineageOptions say what of a lineage is wanted.
type LineageOptions struct {
	Direction   string // empty for Both
	Depth       int    // below 1 for all
	HideProcess bool   // join data sets without the processes between them
}

// Lineage gives the lineage of an entity, whatever wires tell of it.
func (s *Service) Lineage(ctx context.Context, workspace pedigree.NodeID, ref catalog.Ref, o LineageOptions) (answer *Lineage, err error) {
	if err := checkLengths("guid", ref.GUID); err != nil {
		return nil, err
	}
	err = s.view(ctx, workspace, func(f *finder) error {
		n, err := f.Node(ref)
		if err != nil {
			return err
		}
		answer, err = f.lineage(n, o, nil)
		return err
	})
	return answer, err
}

// Demand says how much of the lineage of one entity is wanted.
type Demand struct {
	Direction string `json:"direction"`
	Inputs    int    `json:"inputRelationsLimit"`
	Outputs   int    `json:"outputRelationsLimit"`
	Depth     int    `json:"depth"`
}

// demandedRelations is how many relations of an entity are shown where nobody says.
const demandedRelations = 3

func (d *Demand) fill() {
	if d.Direction == "" {
		d.Direction = Both
	}
	if d.Inputs == 0 {
		d.Inputs = demandedRelations
	}
	if d.Outputs == 0 {
		d.Outputs = demandedRelations
	}
	if d.Depth == 0 {
		d.Depth = DefaultDepth
	}
}

// Demanded says how much of the lineage of an entity is shown.
type Demanded struct {
	MoreInputs  bool `json:"hasMoreInputs"`
	MoreOutputs bool `json:"hasMoreOutputs"`
	Inputs      int  `json:"inputRelationsCount"`
	Outputs     int  `json:"outputRelationsCount"`
}

// LineageOnDemand gives a lineage of which each entity shows no more than was asked for.
func (s *Service) LineageOnDemand(ctx context.Context, workspace pedigree.NodeID, guid string, demands map[string]*Demand) (answer *Lineage, err error) {
	if demands == nil {
		demands = make(map[string]*Demand)
	}
	if demands[guid] == nil {
		demands[guid] = &Demand{}
	}
	for g, d := range demands {
		if d == nil {
			d = &Demand{}
			demands[g] = d
		}
		d.fill()
	}
	err = s.view(ctx, workspace, func(f *finder) error {
		n, err := f.NodeByGUID(guid)
		if err != nil {
			return err
		}
		base := demands[guid]
		answer, err = f.lineage(n, LineageOptions{Direction: base.Direction, Depth: base.Depth}, demands)
		return err
	})
	return answer, err
}

// A tracer follows lineage from one entity.
type tracer struct {
	*finder
	mark    schema.Mark
	demands map[string]*Demand // nil for no limits
	shown   map[string]*Demanded
	guids   map[pedigree.NodeID]string
	nodes   map[pedigree.NodeID]bool
	events  map[int64]bool
	taken   []pedigree.Event
}

func (f *finder) lineage(n *pedigree.Node, o LineageOptions, demands map[string]*Demand) (*Lineage, error) {
	guid := f.GUID(n)
	t, err := f.TypeOf(n)
	if err != nil {
		return nil, err
	}
	if t.Kind == pedigree.Context {
		return nil, fault.New(fault.InvalidLineageEntityType, guid, t.Name())
	}
	mark, err := f.r.Mark()
	if err != nil {
		return nil, err
	}
	w := &tracer{
		finder: f, mark: schema.Mark(mark), demands: demands, shown: make(map[string]*Demanded), guids: make(map[pedigree.NodeID]string),
		nodes: make(map[pedigree.NodeID]bool), events: make(map[int64]bool),
	}
	if o.Direction == "" {
		o.Direction = Both
	}
	for _, d := range []struct {
		name   string
		toward pedigree.Direction
	}{{Inputs, pedigree.Input}, {Outputs, pedigree.Output}} {
		if o.Direction != d.name && o.Direction != Both {
			continue
		}
		if err := w.trace(n, d.toward, o.Depth); err != nil {
			return nil, err
		}
	}
	answer := &Lineage{GUID: guid, Direction: o.Direction, Depth: o.Depth}
	if demands != nil {
		answer.Payload, answer.OnDemand = demands, make(map[string]*Demanded)
		for g, d := range w.shown {
			if d.MoreInputs || d.MoreOutputs {
				answer.OnDemand[g] = d
			}
		}
	}
	return answer, w.show(answer, o.HideProcess)
}

// trace walks in one direction: to what was read for pedigree.Input. depth counts data
// sets.
func (w *tracer) trace(n *pedigree.Node, toward pedigree.Direction, depth int) error {
	if depth < 1 {
		depth = -1
	}
	seen := map[pedigree.NodeID]bool{n.ID: true}
	things := []pedigree.NodeID{n.ID}
	if n.Type.Kind == pedigree.Execution {
		next, err := w.step(pedigree.Execution, things, toward, toward, seen)
		if err != nil {
			return err
		}
		things = next
		depth--
	}
	for ; depth != 0 && len(things) > 0; depth-- {
		executions, err := w.step(pedigree.Artifact, things, 3-toward, toward, seen)
		if err != nil {
			return err
		}
		if things, err = w.step(pedigree.Execution, executions, toward, toward, seen); err != nil {
			return err
		}
	}
	return nil
}

// step follows the events of nodes of a kind in one direction, and gives what it has
// not seen yet.
func (w *tracer) step(kind pedigree.Kind, from []pedigree.NodeID, direction, toward pedigree.Direction, seen map[pedigree.NodeID]bool) ([]pedigree.NodeID, error) {
	if len(from) == 0 || len(w.taken) >= mostRelations {
		return nil, nil
	}
	events, err := w.r.Links(kind, from)
	if err != nil {
		return nil, err
	}
	if w.demands != nil {
		if err := w.learn(events); err != nil {
			return nil, err
		}
	}
	var next []pedigree.NodeID
	for i := range events {
		e := &events[i]
		if e.Direction != direction || e.Role == pedigree.RoleInternal || !w.take(e) {
			continue
		}
		other := e.Execution
		if kind == pedigree.Execution {
			other = e.Artifact
		}
		if !seen[other] {
			seen[other] = true
			next = append(next, other)
		}
	}
	return next, nil
}

// take notes an event, unless there are enough of those of one of its ends.
func (w *tracer) take(e *pedigree.Event) bool {
	if w.events[e.ID] {
		return true
	}
	if len(w.taken) >= mostRelations {
		return false
	}
	if w.demands != nil && !w.demanded(e) {
		return false
	}
	w.events[e.ID] = true
	w.nodes[e.Execution], w.nodes[e.Artifact] = true, true
	w.taken = append(w.taken, *e)
	return true
}

// learn notes the guids of what events join: demands go by these.
func (w *tracer) learn(events []pedigree.Event) error {
	var ids []pedigree.NodeID
	for i := range events {
		for _, id := range []pedigree.NodeID{events[i].Execution, events[i].Artifact} {
			if w.guids[id] == "" {
				ids = append(ids, id)
			}
		}
	}
	nodes, err := w.r.Nodes(ids)
	for i := range nodes {
		w.guids[nodes[i].ID] = w.GUID(&nodes[i])
	}
	return err
}

// demandOf gives how much of an entity is shown, and how much of it is wanted.
func (w *tracer) demandOf(id pedigree.NodeID) (*Demanded, *Demand) {
	guid := w.guids[id]
	if w.shown[guid] == nil {
		w.shown[guid] = &Demanded{}
	}
	d := w.demands[guid]
	if d == nil {
		d = &Demand{}
		d.fill()
	}
	return w.shown[guid], d
}

// demanded counts an event at both of its ends, and reports whether both want it.
func (w *tracer) demanded(e *pedigree.Event) bool {
	from, to := e.Artifact, e.Execution // as data flows
	if e.Direction == pedigree.Output {
		from, to = to, from
	}
	return w.count(from, to)
}

func (w *tracer) count(from, to pedigree.NodeID) bool {
	a, wantA := w.demandOf(from)
	b, wantB := w.demandOf(to)
	full := false
	if a.Outputs >= wantA.Outputs {
		a.MoreOutputs, full = true, true
	}
	if b.Inputs >= wantB.Inputs {
		b.MoreInputs, full = true, true
	}
	if full {
		return false
	}
	a.Outputs++
	b.Inputs++
	return true
}

// show makes the answer of what was taken.
func (w *tracer) show(answer *Lineage, hideProcess bool) error {
	answer.Entities, answer.Relations = make(map[string]*catalog.Header), []LineageRelation{}
	var ids []pedigree.NodeID
	for id := range w.nodes {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	nodes, err := w.r.Nodes(ids)
	if err != nil {
		return err
	}
	headers, err := w.Headers(nodes, catalog.HeaderOptions{Classifications: true})
	if err != nil {
		return err
	}
	guids := make(map[pedigree.NodeID]string, len(nodes))
	for i := range nodes {
		guids[nodes[i].ID] = headers[i].GUID
		if !hideProcess || nodes[i].Type.Kind != pedigree.Execution {
			answer.Entities[headers[i].GUID] = headers[i]
		}
	}
	relations := make([]LineageRelation, len(w.taken))
	for i := range w.taken {
		e := &w.taken[i]
		r := LineageRelation{From: guids[e.Artifact], To: guids[e.Execution], GUID: schema.RelationGUID(w.mark, e.ID)}
		if e.Direction == pedigree.Output {
			r.From, r.To = r.To, r.From
		}
		relations[i] = r
	}
	if hideProcess {
		relations = joined(relations, answer.Entities)
	}
	answer.Relations = append(answer.Relations, relations...)
	return nil
}

// joined leads past what is not shown: from what a process read to what it wrote. A
// relation goes by the guid of the one that leads to what was written.
func joined(relations []LineageRelation, shown map[string]*catalog.Header) []LineageRelation {
	reads := make(map[string][]string)
	for _, r := range relations {
		if shown[r.To] == nil {
			reads[r.To] = append(reads[r.To], r.From)
		}
	}
	var all []LineageRelation
	seen := make(map[[2]string]bool)
	for _, r := range relations {
		if shown[r.From] != nil {
			continue
		}
		for _, from := range reads[r.From] {
			if pair := [2]string{from, r.To}; !seen[pair] {
				seen[pair] = true
				all = append(all, LineageRelation{From: from, To: r.To, GUID: r.GUID})
			}
		}
	}
	return all
}
