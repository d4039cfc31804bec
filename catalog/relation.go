package catalog

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/schema"
)

// createLink stores a link that is not there yet: as an event where the definition
// is that of inputs or outputs. l gets its identity.
func (w *Work) createLink(l *link, ends ...*pedigree.Node) error {
	if l.def != nil && l.def.Event != 0 {
		return w.createEvent(l, ends)
	}
	if l.UID == "" {
		l.UID = newGUID(w.Now())
	}
	return w.tx.CreateRelationship(&l.Relationship)
}

func (w *Work) createEvent(l *link, ends []*pedigree.Node) error {
	for _, n := range ends {
		if n.ID == l.End1 && !isOurs(n.Type) {
			return w.checkOurs(n.ID)
		}
	}
	e := &pedigree.Event{Execution: l.End1, Artifact: l.End2, Direction: l.def.Event, Time: w.Now(), Tags: eventTags(&l.Relationship)}
	if _, err := w.tx.PutEvent(e); err != nil {
		return err
	}
	l.event, l.UID, l.Place, l.Created, l.Updated = e, schema.RelationGUID(w.mark, e.ID), e.ID, e.Time, e.Time
	return w.writePassage(l)
}

// eventTags keep what a relationship says beyond an event.
func eventTags(r *pedigree.Relationship) []pedigree.EventTag {
	var tags []pedigree.EventTag
	add := func(key, value string) {
		if value != "" {
			tags = append(tags, pedigree.EventTag{Key: key, Value: value})
		}
	}
	add(tagAttributes, r.Attributes)
	if r.CreatedBy != LocalUser {
		add(tagCreatedBy, r.CreatedBy)
	}
	if r.UpdatedBy != r.CreatedBy {
		add(tagUpdatedBy, r.UpdatedBy)
	}
	if r.Version != 0 {
		add(tagVersion, strconv.FormatInt(r.Version, 10))
	}
	return tags
}

// writePassage notes how classifications pass along an event.
func (w *Work) writePassage(l *link) error {
	return w.tx.SetEventPassage(&pedigree.EventPassage{Event: l.event.ID, Passes: passageAs(l.Passes, l.event.Direction), Blocked: l.Blocked})
}

// dropLink puts a link into the bin. An event has none: what was one stays there as
// a relationship, under the same identity.
func (w *Work) dropLink(l *link) error {
	l.UpdatedBy = w.User()
	if l.event == nil {
		l.Deleted = w.Now()
		return w.tx.UpdateRelationship(&l.Relationship)
	}
	if err := w.checkOurs(l.End1); err != nil {
		return err
	}
	if _, err := w.tx.DeleteEvent(l.event.ID); err != nil {
		return err
	}
	row := l.Relationship
	row.Deleted, row.Place = w.Now(), 0
	if err := w.tx.CreateRelationship(&row); err != nil {
		return err
	}
	l.Relationship, l.event = row, nil
	return nil
}

// checkOurs refuses a change of what a node of another protocol says.
func (w *Work) checkOurs(id pedigree.NodeID) error {
	nodes, err := w.reader.Nodes([]pedigree.NodeID{id})
	if err != nil || len(nodes) == 0 || isOurs(nodes[0].Type) {
		return err
	}
	t, err := w.typeOf(&nodes[0])
	if err != nil {
		return err
	}
	return refuseForeign(t.Name())
}

// linkByGUID finds a link by the guid of its relationship, in the bin or not.
func (v *View) linkByGUID(guid string) (*link, error) {
	rows, err := v.reader.RelationshipsByUID(v.workspace, []string{guid})
	if err != nil {
		return nil, err
	}
	if len(rows) > 0 {
		return &link{Relationship: rows[0], def: v.types.Relationship(rows[0].Type)}, nil
	}
	if id, ok := v.mark.EventID(guid); ok {
		l, err := v.linkOfEvent(id)
		if l != nil || err != nil {
			return l, err
		}
	}
	return nil, fault.New(fault.RelationshipGUIDNotFound, guid)
}

// linkOfEvent reads an event with all that is said of it, nil where it is gone.
func (v *View) linkOfEvent(id int64) (*link, error) {
	events, err := v.reader.EventsByID([]int64{id})
	if err != nil || len(events) == 0 {
		return nil, err
	}
	all, err := v.reader.Events([]pedigree.NodeID{events[0].Execution})
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].ID == id {
			l := v.ofEvent(&all[i].Event)
			passages, err := v.reader.EventPassages(id)
			if err != nil {
				return nil, err
			}
			if len(passages) > 0 {
				l.Passes, l.Blocked = passageAs(passages[0].Passes, all[i].Direction), passages[0].Blocked
			}
			return &l, nil
		}
	}
	return nil, nil
}

// A RelationshipInfo is a relationship and, if asked for, the headers of its ends
// and of those whose classifications pass along it.
type RelationshipInfo struct {
	Relationship *Relationship      `json:"relationship"`
	Referred     map[string]*Header `json:"referredEntities"`
}

// Relationship gives a relationship, in the bin or not.
func (v *View) Relationship(guid string, extended bool) (*RelationshipInfo, error) {
	l, err := v.linkByGUID(guid)
	if err != nil {
		return nil, err
	}
	return v.relationship(l, extended)
}

func (v *View) relationship(l *link, extended bool) (*RelationshipInfo, error) {
	parts := withClasses // and no links: an end may be tied to very many others
	if extended {
		parts |= withMeanings
	}
	ends, err := v.loadIDs([]pedigree.NodeID{l.End1, l.End2}, parts)
	if err != nil {
		return nil, err
	}
	one, two := ends[l.End1], ends[l.End2]
	if one == nil || two == nil {
		return nil, fault.New(fault.RelationshipGUIDNotFound, l.UID)
	}
	r := &Relationship{
		TypeName: l.Type, GUID: l.UID, End1: v.endID(one), End2: v.endID(two), Label: "r:" + l.Type,
		PropagateTags: passageNames[l.Passes], Status: linkStatus(l, one, two), CreatedBy: orLocal(l.CreatedBy), UpdatedBy: orLocal(l.UpdatedBy),
		CreateTime: l.Created, UpdateTime: l.Updated, Version: l.Version,
	}
	if l.UpdatedBy == "" {
		r.UpdatedBy = r.CreatedBy
	}
	if l.def != nil {
		r.Label = relationshipLabel(l.def)
		r.Attributes = linkAttributes(l)
	}
	passing := v.passing(l, one, two)
	r.Propagated, r.Blocked = []Classification{}, []Classification{}
	sources, err := v.sourcesOf(passing, ends, parts)
	if err != nil {
		return nil, err
	}
	for i := range passing {
		c := v.classification(&passing[i], sources[passing[i].Node])
		if passing[i].BlockedBy(l.Blocked) {
			r.Blocked = append(r.Blocked, c)
		} else {
			r.Propagated = append(r.Propagated, c)
		}
	}
	info := &RelationshipInfo{Relationship: r, Referred: make(map[string]*Header)}
	if extended {
		all := []*loaded{one, two}
		for _, s := range sources {
			if s.ID != one.ID && s.ID != two.ID {
				all = append(all, s)
			}
		}
		headers, err := v.headers(all, HeaderOptions{})
		if err != nil {
			return nil, err
		}
		for _, h := range headers {
			info.Referred[h.GUID] = h
		}
	}
	return info, nil
}

func orLocal(user string) string {
	if user == "" {
		return LocalUser
	}
	return user
}

// relationshipLabel is what a relationship says it is called in the graph.
func relationshipLabel(t *schema.RelationshipType) string {
	if t.Def.Label != "" {
		return t.Def.Label
	}
	for number := 1; number <= 2; number++ {
		if d := t.End(number); d.Legacy {
			return "__" + t.Type(number).Name() + "." + d.Name
		}
	}
	return "r:" + t.Def.Name
}

func (v *View) endID(l *loaded) *ObjectID {
	return &ObjectID{GUID: l.guid, Type: l.typ.Name(), Unique: v.uniqueValues(l)}
}

// sourcesOf loads the nodes that classifications are of.
func (v *View) sourcesOf(classes []pedigree.Classification, known map[pedigree.NodeID]*loaded, parts part) (map[pedigree.NodeID]*loaded, error) {
	sources := make(map[pedigree.NodeID]*loaded)
	var ids []pedigree.NodeID
	for i := range classes {
		id := classes[i].Node
		if known[id] != nil {
			sources[id] = known[id]
		} else {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return sources, nil
	}
	more, err := v.loadIDs(ids, parts)
	for id, l := range more {
		sources[id] = l
	}
	return sources, err
}

// passing gives the classifications of either end that pass along a link, or would
// if they were not blocked.
func (v *View) passing(l *link, one, two *loaded) []pedigree.Classification {
	var all []pedigree.Classification
	seen := make(map[pedigree.ClassificationID]bool)
	for _, way := range []struct {
		passes pedigree.Passage
		from   *loaded
	}{{pedigree.PassForward, one}, {pedigree.PassBack, two}} {
		if l.Passes&way.passes == 0 || !l.live() {
			continue
		}
		for _, c := range slices.Concat(way.from.own, way.from.carried) {
			if c.Propagate && !seen[c.ID] {
				seen[c.ID] = true
				all = append(all, c)
			}
		}
	}
	return all
}

// RelationshipOptions say how a relationship is made.
type RelationshipOptions struct {
	KeepGUID bool // as it is given, of an import
	Existing bool // give the one that is there rather than refuse another
}

// Relate ties two entities.
func (w *Work) Relate(r *Relationship, o RelationshipOptions) (*Relationship, error) {
	l, ends, err := w.newLink(r)
	if err != nil {
		return nil, err
	}
	standing, err := w.standing(l, ends)
	if err != nil {
		return nil, err
	}
	if standing != nil {
		if o.Existing && standing.End1 == l.End1 && standing.End2 == l.End2 {
			return w.shownRelationship(standing)
		}
		return nil, w.alreadyExists(standing)
	}
	if o.KeepGUID {
		l.UID = r.GUID
	}
	if r.Blocked != nil {
		if err := w.block(l, r.Blocked); err != nil {
			return nil, err
		}
	}
	if err := w.createLink(l, ends[0], ends[1]); err != nil {
		return nil, err
	}
	return w.shownRelationship(l)
}

func (w *Work) shownRelationship(l *link) (*Relationship, error) {
	info, err := w.relationship(l, false)
	if err != nil {
		return nil, err
	}
	return info.Relationship, nil
}

// newLink checks a relationship that is to be made.
func (w *Work) newLink(r *Relationship) (*link, [2]*pedigree.Node, error) {
	var ends [2]*pedigree.Node
	t := w.types.Relationship(r.TypeName)
	if t == nil {
		return nil, ends, fault.New(fault.InvalidValue, "unknown relationship type'"+r.TypeName+"'")
	}
	var types [2]*schema.EntityType
	for i, id := range []*ObjectID{r.End1, r.End2} {
		n, err := w.endNode(id)
		if err != nil {
			return nil, ends, err
		}
		if n == nil {
			return nil, ends, fault.New(fault.RelationshipEndIsNull, t.Type(i+1).Name())
		}
		if types[i], err = w.typeOf(n); err != nil {
			return nil, ends, err
		}
		ends[i] = n
	}
	if !types[0].IsA(t.End1.Name()) || !types[1].IsA(t.End2.Name()) {
		if !types[0].IsA(t.End2.Name()) || !types[1].IsA(t.End1.Name()) {
			return nil, ends, fault.New(fault.InvalidRelationshipEndType, t.Def.Name, types[0].Name(), types[1].Name(), t.End1.Name(), t.End2.Name())
		}
		ends[0], ends[1] = ends[1], ends[0] // given the other way round
	}
	if err := checkPropagation(t, r.PropagateTags); err != nil {
		return nil, ends, err
	}
	values, err := relationshipValues(t, r.Attributes, true)
	if err != nil {
		return nil, ends, err
	}
	return &link{def: t, Relationship: pedigree.Relationship{
		Workspace: w.workspace, Type: t.Def.Name, End1: ends[0].ID, End2: ends[1].ID, Attributes: values, Passes: t.Passes,
		Version: r.Version, CreatedBy: w.User(), UpdatedBy: w.User(), Deleted: pedigree.NoTime,
	}}, ends, nil
}

// endNode finds what a relationship is to stand at, nil where there is nothing.
func (v *View) endNode(id *ObjectID) (*pedigree.Node, error) {
	if id == nil {
		return nil, nil
	}
	n, err := v.Resolve(id)
	if fault.Is(err, fault.InstanceGUIDNotFound, fault.InstanceByUniqueAttributeNotFound, fault.InvalidObjectID) {
		return nil, nil
	}
	return n, err
}

// checkPropagation refuses a way for classifications that the definition does not
// have.
func checkPropagation(t *schema.RelationshipType, name string) error {
	p := passageOf(name)
	if name != "" && !slices.Contains(passageNames[:], name) || p&^t.Passes != 0 {
		return fault.New(fault.InvalidPropagationType, name, t.Def.Name, t.Def.Propagate)
	}
	return nil
}

// standing gives the link that is in the way of a new one: the same, or the one by
// which a part is in its whole already.
func (w *Work) standing(l *link, ends [2]*pedigree.Node) (*link, error) {
	if l.def.Event != 0 {
		return w.standingEvent(l, ends[0])
	}
	same, err := w.between(l.def, l.End1, l.End2)
	if same == nil && err == nil && alike(l.def) {
		same, err = w.between(l.def, l.End2, l.End1)
	}
	if same != nil || err != nil || l.def.Def.Kind != schema.Composition {
		return same, err
	}
	for i, n := range ends {
		if isMany(l.def.End(i + 1)) {
			continue
		}
		rows, err := w.reader.RelationshipsNamed([]pedigree.NodeID{n.ID}, l.Type, i+1)
		if err != nil {
			return nil, err
		}
		if at := slices.IndexFunc(rows, func(r pedigree.Relationship) bool { return r.Deleted == pedigree.NoTime }); at >= 0 {
			return &link{Relationship: rows[at], def: l.def}, nil
		}
	}
	return nil, nil
}

func (w *Work) standingEvent(l *link, process *pedigree.Node) (*link, error) {
	links, err := w.links([]pedigree.Node{*process})
	for _, k := range links[process.ID] {
		if k.def == l.def && k.live() && k.End1 == l.End1 && k.End2 == l.End2 {
			return k, err
		}
	}
	return nil, err
}

// between gives the living link of a type from one node to another, nil where there is
// none. It looks from both ends in turn, so that it takes as long as the end that is
// tied to fewer: a term may be assigned to very many entities.
func (v *View) between(t *schema.RelationshipType, one, two pedigree.NodeID) (*link, error) {
	const page = 64
	var after [2]pedigree.RelationshipID
	for {
		for i, node := range []pedigree.NodeID{one, two} {
			rows, err := v.reader.RelationshipsOf(node, t.Def.Name, i+1, after[i], page)
			if err != nil {
				return nil, err
			}
			for j := range rows {
				if r := &rows[j]; r.End1 == one && r.End2 == two && r.Deleted == pedigree.NoTime {
					return &link{Relationship: *r, def: t}, nil
				}
			}
			if len(rows) < page {
				return nil, nil
			}
			after[i] = rows[page-1].ID
		}
	}
}

// alike reports whether the ends of a relationship are the same, as those of synonyms.
func alike(t *schema.RelationshipType) bool {
	return t.Def.End1.Type == t.Def.End2.Type && t.Def.End1.Name == t.Def.End2.Name
}

func (w *Work) alreadyExists(l *link) error {
	ends, err := w.reader.Nodes([]pedigree.NodeID{l.End1, l.End2})
	if err != nil {
		return err
	}
	guids := make(map[pedigree.NodeID]string)
	for i := range ends {
		guids[ends[i].ID] = w.GUID(&ends[i])
	}
	return fault.New(fault.RelationshipAlreadyExists, l.Type, guids[l.End1], guids[l.End2])
}

// UpdateRelationship changes the attributes of a relationship and how
// classifications pass along it. Its type and ends stay.
func (w *Work) UpdateRelationship(r *Relationship) (*Relationship, error) {
	l, err := w.linkByGUID(r.GUID)
	if err != nil {
		return nil, err
	}
	if r.TypeName != "" && !strings.EqualFold(r.TypeName, l.Type) {
		return nil, fault.New(fault.RelationshipUpdateTypeChangeNotAllowed, r.GUID, l.Type, r.TypeName)
	}
	if err := w.checkEnds(l, r); err != nil {
		return nil, err
	}
	if l.def == nil {
		return nil, fault.New(fault.InvalidValue, "unknown relationship type'"+l.Type+"'")
	}
	if err := checkPropagation(l.def, r.PropagateTags); err != nil {
		return nil, err
	}
	if err := w.changeValues(l, r.Attributes); err != nil {
		return nil, err
	}
	l.UpdatedBy = w.User()
	if p := passageOf(r.PropagateTags); r.PropagateTags != "" && p != l.Passes {
		l.Passes = p
		r.Blocked = nil // as clients know it: one of both at a time
	}
	if r.Blocked != nil {
		if err := w.block(l, r.Blocked); err != nil {
			return nil, err
		}
	}
	if err := w.storeLink(l); err != nil {
		return nil, err
	}
	return w.shownRelationship(l)
}

// checkEnds refuses ends that are not those of the link, if any are given.
func (w *Work) checkEnds(l *link, r *Relationship) error {
	nodes, err := w.reader.Nodes([]pedigree.NodeID{l.End1, l.End2})
	if err != nil {
		return err
	}
	guids := make(map[pedigree.NodeID]string)
	for i := range nodes {
		guids[nodes[i].ID] = w.GUID(&nodes[i])
	}
	for i, given := range []*ObjectID{r.End1, r.End2} {
		if given == nil {
			continue
		}
		id := []pedigree.NodeID{l.End1, l.End2}[i]
		guid := given.GUID
		if guid == "" {
			n, err := w.endNode(given)
			if err != nil {
				return err
			}
			if n == nil {
				continue
			}
			guid = w.GUID(n)
		}
		if !strings.EqualFold(guid, guids[id]) {
			return fault.New(fault.RelationshipUpdateEndChangeNotAllowed, l.Type, l.UID, guids[id], guid)
		}
	}
	return nil
}

// changeValues puts given attributes in place of those of a link.
func (w *Work) changeValues(l *link, given map[string]any) error {
	checked, err := relationshipValues(l.def, given, false)
	if err != nil {
		return err
	}
	standing, _ := parseJSON(l.Attributes).(map[string]any)
	fresh, _ := parseJSON(checked).(map[string]any)
	if standing == nil {
		standing = make(map[string]any)
	}
	for _, f := range l.def.Fields {
		name := f.Def.Name
		if value, there := given[name]; there && value == nil {
			delete(standing, name)
		}
		if value := fresh[name]; value != nil {
			standing[name] = value
		}
	}
	l.Attributes = ""
	if len(standing) > 0 {
		l.Attributes = jsonText(standing)
	}
	return nil
}

// storeLink writes a changed link.
func (w *Work) storeLink(l *link) error {
	if l.event == nil {
		return w.tx.UpdateRelationship(&l.Relationship)
	}
	e := *l.event
	e.Tags = slices.DeleteFunc(slices.Clone(e.Tags), func(t pedigree.EventTag) bool { return strings.HasPrefix(t.Key, pedigree.AtlasPrefix) })
	e.Tags = append(e.Tags, eventTags(&l.Relationship)...)
	l.Updated = w.Now()
	e.Tags = append(e.Tags, pedigree.EventTag{Key: tagUpdated, Value: strconv.FormatInt(int64(l.Updated), 10)})
	if err := w.tx.UpdateEvent(&e); err != nil {
		return err
	}
	l.event = &e
	return w.writePassage(l)
}

// block notes which of the classifications that would pass along a link do not.
func (w *Work) block(l *link, given []Classification) error {
	ends, err := w.loadIDs([]pedigree.NodeID{l.End1, l.End2}, withClasses)
	if err != nil {
		return err
	}
	one, two := ends[l.End1], ends[l.End2]
	if one == nil || two == nil {
		return fault.New(fault.RelationshipGUIDNotFound, l.UID)
	}
	passing := w.passing(l, one, two)
	sources, err := w.sourcesOf(passing, ends, 0)
	if err != nil {
		return err
	}
	l.Blocked = nil
	for _, g := range given {
		at := slices.IndexFunc(passing, func(c pedigree.Classification) bool {
			s := sources[c.Node]
			return c.Type == g.TypeName && s != nil && (g.EntityGUID == "" || strings.EqualFold(g.EntityGUID, s.guid))
		})
		if at < 0 {
			return fault.New(fault.InvalidBlockedPropagatedClassification, g.TypeName, g.EntityGUID)
		}
		name := passing[at].Source()
		if g.EntityGUID == "" {
			name = g.TypeName
		}
		if !slices.Contains(l.Blocked, name) {
			l.Blocked = append(l.Blocked, name)
		}
	}
	return nil
}

// Unrelate puts a relationship into the bin.
func (w *Work) Unrelate(guid string) error {
	if guid == "" {
		return fault.New(fault.RelationshipCrudInvalidParams, " empty/null guid")
	}
	l, err := w.linkByGUID(guid)
	if err != nil {
		return err
	}
	if !l.live() {
		return fault.New(fault.RelationshipAlreadyDeleted, guid)
	}
	return w.dropLink(l)
}

// Erase removes a relationship for ever, in the bin or not.
func (w *Work) Erase(guid string) error {
	l, err := w.linkByGUID(guid)
	if err != nil {
		return err
	}
	if l.event != nil {
		_, err = w.tx.DeleteEvent(l.event.ID)
	} else {
		_, err = w.tx.DeleteRelationship(l.ID)
	}
	return err
}

// Related gives what a node is tied to by relationships of a type, of which it
// stands at the given end (1 or 2), those in the bin left out, in the order in which
// that came about.
func (v *View) Related(n *pedigree.Node, typeName string, end int) ([]*RelatedID, error) {
	all, err := v.load([]pedigree.Node{*n}, withLinks)
	if err != nil {
		return nil, err
	}
	l := all[0]
	r := reading{View: v, known: make(map[pedigree.NodeID]*loaded)}
	if err := r.learn(all); err != nil {
		return nil, err
	}
	related := []*RelatedID{}
	for _, k := range l.links {
		if k.def == nil {
			continue
		}
		at := alike(k.def) || end == 1 && k.End1 == n.ID || end == 2 && k.End2 == n.ID
		if k.Type != typeName || !k.live() || !at {
			continue
		}
		if id := r.relatedID(l, k); id != nil && id.EntityStatus == Active {
			related = append(related, id)
		}
	}
	return related, nil
}
