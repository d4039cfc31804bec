package lineage

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// A Role says what a node is to those who ask what a change would touch.
type Role uint8

// The roles.
const (
	RoleRun      Role = iota + 1 // an execution that used it, or something made of it
	RoleModel                    // a version of a registered model
	RoleEndpoint                 // an execution, artifact or context that serves, by its type or name
	RoleArtifact                 // any other thing that was made of it
)

var roleNames = [...]string{RoleRun: "run", RoleModel: "model", RoleEndpoint: "endpoint", RoleArtifact: "artifact"}

// String names the role in lower case.
func (r Role) String() string { return roleNames[r] }

// A Hit is a node that depends on what was asked about.
type Hit struct {
	Node
	Role    Role
	Owner   string
	State   string
	Updated pedigree.Time
	Used    pedigree.Time   // when the newest execution that read it began, of an execution when it did itself; NoTime for never
	By      pedigree.NodeID // the node that it was met from; 0 for what was asked about
	Stage   string          // of a model version; empty for none
	Aliases []string        // likewise, in order

	reader pedigree.NodeID // the newest
}

// InUse reports whether somebody has marked a model version for use: it has an
// alias, or is in the stage Staging or Production.
func (h *Hit) InUse() bool {
	return h.Role == RoleModel && (len(h.Aliases) > 0 || h.Stage == "Staging" || h.Stage == "Production")
}

// An ImpactPart is some of an impact, nearest first.
type ImpactPart struct {
	Hits   []Hit
	Joined []Join // as in [Part]; of what was asked about, too
}

// Impact finds the live runs, models, endpoints and artifacts that depend on
// some nodes, and gives them in parts as it meets them. The nodes themselves
// and those one with them are no hits, but where they are models or endpoints. Direction does not
// count.
func (s *Service) Impact(ctx context.Context, q *Query, give func(*ImpactPart) error) (Summary, error) {
	downstream := *q
	downstream.Direction = Downstream
	i := impact{store: s.store, ctx: ctx, q: &downstream, contexts: make(map[pedigree.NodeID]bool)}
	return s.Walk(ctx, &downstream, func(p *Part) error {
		part, err := i.part(p)
		if err != nil || len(part.Hits) == 0 && len(part.Joined) == 0 {
			return err
		}
		return give(part)
	})
}

// An impact is under way.
type impact struct {
	store    store.Store
	ctx      context.Context
	q        *Query
	contexts map[pedigree.NodeID]bool // those looked at
}

func (i *impact) part(p *Part) (part *ImpactPart, err error) {
	err = i.store.View(i.ctx, func(r store.Reader) error {
		part = &ImpactPart{Joined: p.Joined}
		for _, n := range p.Nodes {
			if h := hitOf(n); n.Depth > 0 || h.Role == RoleModel || h.Role == RoleEndpoint {
				part.Hits = append(part.Hits, h)
			}
		}
		if err := describeModels(r, part.Hits); err != nil {
			return err
		}
		part.lead(p)
		if err := i.addContexts(r, part); err != nil {
			return err
		}
		return describeUse(r, part.Hits)
	})
	return part, err
}

// lead notes from where each hit was met: by the first edge that leads to it, or
// from one that it is joined to.
func (part *ImpactPart) lead(p *Part) {
	by := make(map[pedigree.NodeID]pedigree.NodeID, len(p.Edges))
	for _, e := range p.Edges {
		if _, led := by[e.To]; !led {
			by[e.To] = e.From
		}
	}
	for _, j := range p.Joined {
		origin := j.Nodes[0]
		for _, id := range j.Nodes {
			if _, led := by[id]; led {
				origin = id
				break
			}
		}
		for _, id := range j.Nodes {
			if _, led := by[id]; !led && id != origin {
				by[id] = origin
			}
		}
	}
	for i := range part.Hits {
		if h := &part.Hits[i]; h.Depth > 0 {
			h.By = by[h.ID]
		}
	}
}

// describeUse adds who has each hit, how it is, and when it was last used: an
// artifact when the newest execution that read it began.
func describeUse(r store.Reader, hits []Hit) error {
	ids := make([]pedigree.NodeID, len(hits))
	for i := range hits {
		ids[i] = hits[i].ID
		if hits[i].Kind() != pedigree.Artifact {
			continue
		}
		links, err := r.NewestLinks(hits[i].ID, pedigree.Input, 1)
		if err != nil {
			return err
		}
		for _, l := range links {
			hits[i].reader = l.Other
			ids = append(ids, l.Other)
		}
	}
	slices.Sort(ids)
	found, err := r.Nodes(slices.Compact(ids))
	if err != nil {
		return err
	}
	nodes := make(map[pedigree.NodeID]*pedigree.Node, len(found))
	for i := range found {
		nodes[found[i].ID] = &found[i]
	}
	for i := range hits {
		hits[i].describe(nodes)
	}
	return nil
}

func (h *Hit) describe(nodes map[pedigree.NodeID]*pedigree.Node) {
	n := nodes[h.ID]
	if n == nil {
		return // purged meanwhile
	}
	h.Owner, h.State, h.Updated = n.Owner, n.State, n.Updated
	switch user := nodes[h.reader]; {
	case h.Kind() == pedigree.Execution:
		h.Used = began(n)
	case user != nil:
		h.Used = began(user)
	}
}

func hitOf(n Node) Hit {
	h := Hit{Node: n, Role: RoleArtifact, Updated: pedigree.NoTime, Used: pedigree.NoTime}
	switch {
	case n.Type == pedigree.ModelVersionType:
		h.Role = RoleModel
	case serves(n.Type.Name), n.Kind() != pedigree.Artifact && serves(n.Name):
		h.Role = RoleEndpoint
	case n.Kind() == pedigree.Execution:
		h.Role = RoleRun
	}
	return h
}

// serving are the words by which tools call what serves models.
var serving = []string{"serve", "server", "serving", "deploy", "deployer", "deployment", "endpoint", "inference"}

// serves reports whether a name has one of these words, of whatever case and
// between whatever separates words.
func serves(name string) bool {
	for _, word := range words(name) {
		if slices.Contains(serving, word) {
			return true
		}
	}
	return false
}

// words takes a name apart: InferenceService, serve-fare and kf.Serve_v1 alike.
func words(name string) []string {
	var all []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			all = append(all, strings.ToLower(word.String()))
			word.Reset()
		}
	}
	for _, c := range name {
		if !unicode.IsLetter(c) || unicode.IsUpper(c) {
			flush()
		}
		if unicode.IsLetter(c) {
			word.WriteRune(c)
		}
	}
	flush()
	return all
}

// describeModels adds to model versions their stage and aliases. An alias is a
// property of the registered model: its name to the number of a version.
func describeModels(r store.Reader, hits []Hit) error {
	models := make(map[string][]*Hit) // by UID of the registered model
	for i := range hits {
		if model, _, ok := strings.Cut(hits[i].UID, "/"); ok && hits[i].Role == RoleModel {
			models[model] = append(models[model], &hits[i])
		}
	}
	for uid, versions := range models {
		if err := describeModel(r, uid, versions); err != nil {
			return err
		}
	}
	return nil
}

func describeModel(r store.Reader, uid string, versions []*Hit) error {
	model, err := r.Node(versions[0].Workspace, pedigree.RegisteredModelType, uid)
	if err != nil {
		if pedigree.CodeOf(err) == pedigree.NotFound {
			return nil
		}
		return err
	}
	ids := []pedigree.NodeID{model.ID}
	for _, v := range versions {
		ids = append(ids, v.ID)
	}
	facts, err := r.Facts(ids, pedigree.Field, pedigree.Alias)
	if err != nil {
		return err
	}
	for i, v := range versions {
		for _, p := range facts[i+1].Of(pedigree.Field) {
			if p.Key == "stage" {
				v.Stage = p.Value
			}
		}
		for _, p := range facts[0].Of(pedigree.Alias) {
			if p.Value == v.Version {
				v.Aliases = append(v.Aliases, p.Key)
			}
		}
		slices.Sort(v.Aliases)
	}
	return nil
}

// addContexts adds the contexts that serve and that an execution or artifact of
// the part belongs to, as far as they are new.
func (i *impact) addContexts(r store.Reader, part *ImpactPart) error {
	depth := make(map[pedigree.NodeID]int, len(part.Hits))
	ids := make([]pedigree.NodeID, 0, len(part.Hits))
	for h := range part.Hits {
		ids = append(ids, part.Hits[h].ID)
		depth[part.Hits[h].ID] = part.Hits[h].Depth
	}
	members, err := r.Contexts(ids)
	if err != nil {
		return err
	}
	var fresh []pedigree.NodeID
	nearest := make(map[pedigree.NodeID]int)
	for _, m := range members {
		if !i.contexts[m.Context] {
			i.contexts[m.Context] = true
			fresh = append(fresh, m.Context)
			nearest[m.Context] = depth[m.Node]
		}
	}
	vertices, err := r.Vertices(fresh)
	for _, v := range vertices {
		if h := hitOf(Node{Vertex: v, Depth: nearest[v.ID]}); h.Role == RoleEndpoint && i.q.sees(&v) {
			part.Hits = append(part.Hits, h)
		}
	}
	return err
}
