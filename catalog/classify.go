package catalog

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones are known where the machine has none, too

	"github.com/go-json-experiment/json"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/schema"
)

// classifications gives those of a loaded node, its own first, nil for none.
func (r *reading) classifications(l *loaded) []Classification {
	var all []Classification
	for i := range l.own {
		all = append(all, r.classification(&l.own[i], l))
	}
	for i := range l.carried {
		all = append(all, r.classification(&l.carried[i], r.known[l.carried[i].Node]))
	}
	return all
}

// classification describes one, which is of the node source, nil where that is gone.
func (v *View) classification(c *pedigree.Classification, source *loaded) Classification {
	answer := Classification{TypeName: c.Type, EntityStatus: Active, Propagate: &c.Propagate, RemoveOnDelete: &c.RemoveOnDelete}
	if c.NotByLineage {
		answer.NotByLineage = &c.NotByLineage
	}
	if c.NotByHierarchy {
		answer.NotByHierarchy = &c.NotByHierarchy
	}
	if source != nil {
		answer.EntityGUID, answer.EntityStatus = source.guid, statusOf(source.Deleted)
	}
	given, _ := parseJSON(c.Attributes).(map[string]any)
	if t := v.types.Classification(c.Type); t != nil && len(t.Fields) > 0 {
		answer.Attributes = make(map[string]any, len(t.Fields))
		for _, f := range t.Fields {
			value, err := f.Type.Normalize(given[f.Def.Name])
			if err != nil {
				value = nil
			}
			answer.Attributes[f.Def.Name] = shown(value)
		}
	}
	if c.Validity != "" {
		_ = json.Unmarshal([]byte(c.Validity), &answer.ValidityPeriods) // we wrote it
	}
	return answer
}

// Classifications gives the classifications of a node, its own first.
func (v *View) Classifications(n *pedigree.Node) ([]Classification, error) {
	h, err := v.Header(n)
	if err != nil {
		return nil, err
	}
	return h.Classifications, nil
}

// ClassificationNamed gives the classification of a name: a node's own before one
// that is carried to it.
func (v *View) ClassificationNamed(n *pedigree.Node, name string) (*Classification, error) {
	all, err := v.Classifications(n)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if strings.EqualFold(all[i].TypeName, name) {
			return &all[i], nil
		}
	}
	return nil, fault.New(fault.ClassificationNotFound, name)
}

// Classify classifies a node. It must not be of any of the classes itself yet.
func (w *Work) Classify(n *pedigree.Node, given []Classification) error {
	return w.classifyAll([]pedigree.Node{*n}, given, false)
}

// classifyAll classifies nodes alike, once it is known that all of them can be. Those
// that cannot are left, where that is asked for.
func (w *Work) classifyAll(nodes []pedigree.Node, given []Classification, skipFailed bool) error {
	if len(given) == 0 {
		return fault.New(fault.InvalidParameters, "classifications(s) not specified")
	}
	own, err := w.reader.Classifications(idsOf(nodes))
	if err != nil {
		return err
	}
	taken := make(map[pedigree.NodeID]map[string]bool)
	for i := range own {
		if taken[own[i].Node] == nil {
			taken[own[i].Node] = make(map[string]bool)
		}
		taken[own[i].Node][own[i].Type] = true
	}
	rows := make([][]*pedigree.Classification, len(nodes))
	for i := range nodes {
		mine := taken[nodes[i].ID]
		rows[i], err = w.newClassifications(&nodes[i], mine, given)
		isTaken := func(c Classification) bool { return mine[c.TypeName] }
		if skipFailed && (fault.Is(err, fault.InvalidEntityForClassification) || slices.ContainsFunc(given, isTaken)) {
			rows[i] = nil
			continue
		}
		if err != nil {
			return err
		}
	}
	for i := range nodes {
		if skipFailed && rows[i] == nil {
			continue
		}
		for _, row := range rows[i] {
			if err := w.putClassification(&nodes[i], nil, row); err != nil {
				return err
			}
		}
		if err := w.touch(&nodes[i]); err != nil {
			return err
		}
	}
	return nil
}

// newClassifications checks the classifications that a node is to get.
func (w *Work) newClassifications(n *pedigree.Node, taken map[string]bool, given []Classification) ([]*pedigree.Classification, error) {
	t, err := w.typeOf(n)
	if err != nil {
		return nil, err
	}
	guid := w.GUID(n)
	seen := maps.Clone(taken)
	if seen == nil {
		seen = make(map[string]bool)
	}
	var rows []*pedigree.Classification
	for i := range given {
		c := &given[i]
		if isCarriedTo(c, guid) {
			continue
		}
		row, err := w.newClassification(guid, t, c, false)
		if err != nil {
			return nil, err
		}
		if seen[row.Type] {
			return nil, alreadyClassified(guid, row.Type)
		}
		seen[row.Type] = true
		row.Node = n.ID
		rows = append(rows, row)
	}
	return rows, nil
}

// alreadyClassified says that an entity is of a class already.
func alreadyClassified(guid, name string) error {
	return fault.New(fault.InvalidParameters, "entity: "+guid+", already associated with classification: "+name)
}

func idsOf(nodes []pedigree.Node) []pedigree.NodeID {
	ids := make([]pedigree.NodeID, len(nodes))
	for i := range nodes {
		ids[i] = nodes[i].ID
	}
	return ids
}

// isCarriedTo reports whether what a client gives as a classification of an entity
// is one that it read there and that is carried to it.
func isCarriedTo(c *Classification, guid string) bool {
	return c.Propagate != nil && *c.Propagate && c.EntityGUID != "" && c.EntityGUID != guid
}

// newClassification checks a classification and makes the row that it is kept as.
// Attributes that must be there are asked for unless the entity is being made: then,
// as there, the classification is taken as it comes.
func (w *Work) newClassification(guid string, t *schema.EntityType, c *Classification, making bool) (*pedigree.Classification, error) {
	of := w.types.Classification(c.TypeName)
	if of == nil {
		return nil, fault.New(fault.ClassificationNotFound, c.TypeName)
	}
	values, problems := classificationValues(of, c.Attributes, !making)
	problems = append(problems, checkPeriods(c.ValidityPeriods)...)
	if len(problems) > 0 {
		return nil, fault.New(fault.InvalidParameters, strings.Join(problems, ", "))
	}
	if !of.AppliesTo(t) {
		return nil, fault.New(fault.InvalidEntityForClassification, guid, t.Name(), c.TypeName)
	}
	row := &pedigree.Classification{Workspace: w.workspace, Type: of.Def.Name, Propagate: true, CreatedBy: w.User(), UpdatedBy: w.User()}
	c.carryAs(row)
	if len(values) > 0 {
		for _, f := range of.Fields { // what is not given reads as unset, once anything is
			if _, ok := values[f.Def.Name]; !ok {
				if value := absent(f); value != nil {
					values[f.Def.Name] = value
				}
			}
		}
		row.Attributes = jsonText(values)
	}
	if c.ValidityPeriods != nil {
		row.Validity = jsonText(c.ValidityPeriods)
	}
	return row, nil
}

// carryAs puts what is said of how a classification is carried on into a row.
func (c *Classification) carryAs(row *pedigree.Classification) {
	for _, said := range []struct{ given, kept *bool }{
		{c.Propagate, &row.Propagate}, {c.RemoveOnDelete, &row.RemoveOnDelete}, {c.NotByLineage, &row.NotByLineage}, {c.NotByHierarchy, &row.NotByHierarchy},
	} {
		if said.given != nil {
			*said.kept = *said.given
		}
	}
}

// classificationValues checks values of attributes. What a class has no attribute
// for is left out. With all, those that must be there are asked for.
func classificationValues(of *schema.ClassificationType, given map[string]any, all bool) (values map[string]any, problems []string) {
	values = make(map[string]any)
	for _, f := range of.Fields {
		g, there := given[f.Def.Name]
		if g == nil {
			if all && !f.Def.Optional {
				problems = append(problems, missing(of.Def.Name, f, of.Def.Name))
			} else if there {
				values[f.Def.Name] = nil
			}
			continue
		}
		value, err := f.Type.Normalize(g)
		if err != nil {
			problems = append(problems, problemOf(of.Def.Name+"."+f.Def.Name, err))
			continue
		}
		values[f.Def.Name] = value
	}
	return values, problems
}

// missing says that a value is not there that must be.
func missing(name string, f *schema.Field, typeName string) string {
	return name + "." + f.Def.Name + ": mandatory attribute value missing in type " + typeName
}

// problemOf says what is wrong with the value of a name.
func problemOf(name string, err error) string {
	if p, ok := err.(*schema.Problem); ok {
		return name + p.Rest
	}
	return err.Error()
}

// periodForm is how the ends of periods are written.
const periodForm = "2006/01/02 15:04:05"

// checkPeriods says what is wrong with periods in which a classification holds.
func checkPeriods(periods []Period) (problems []string) {
	for _, p := range periods {
		if p.TimeZone != "" && !validZone(p.TimeZone) {
			problems = append(problems, fault.New(fault.InvalidTimeBoundaryTimezone, p.TimeZone).Error())
		}
		start, startErr := time.Parse(periodForm, p.StartTime)
		if p.StartTime != "" && startErr != nil {
			problems = append(problems, fault.New(fault.InvalidTimeBoundaryStartTime, p.StartTime).Error())
		}
		end, endErr := time.Parse(periodForm, p.EndTime)
		if p.EndTime != "" && endErr != nil {
			problems = append(problems, fault.New(fault.InvalidTimeBoundaryEndTime, p.EndTime).Error())
		}
		if startErr == nil && endErr == nil && end.Before(start) {
			problems = append(problems, fault.New(fault.InvalidTimeBoundaryDaterange, p.StartTime, p.EndTime).Error())
		}
	}
	return problems
}

// oldZones are names of time zones that Java knows beside those of the database.
const oldZones = " ACT AET AGT ART AST BET BST CAT CNT CST CTT EAT ECT IET IST JST MIT NET NST PLT PNT PRT PST SST VST " //nolint:misspell // no words

// validZone tells time zones, also those that are written as the difference from
// the world's time.
func validZone(name string) bool {
	if _, err := time.LoadLocation(name); err == nil || strings.Contains(oldZones, " "+name+" ") {
		return true
	}
	offset := strings.TrimPrefix(strings.TrimPrefix(name, "GMT"), "UTC")
	if offset == "" {
		return true
	}
	for _, form := range []string{"-07:00", "-0700", "-07", "-7:00", "-7"} {
		if _, err := time.Parse(form, offset); err == nil {
			return true
		}
	}
	return false
}

// putClassification stores a row in place of what it was, nil for one that is new, and
// tells the history.
func (w *Work) putClassification(n *pedigree.Node, was, row *pedigree.Classification) error {
	if err := w.tx.PutClassification(row); err != nil {
		return err
	}
	c := w.classification(row, &loaded{Node: *n, guid: w.GUID(n)})
	what, details := AuditClassificationAdd, "Added classification: "
	if was != nil {
		what, details = AuditClassificationUpdate, "Updated classification: "
	}
	line, err := w.auditLine(n, what, details+jsonText(c))
	switch {
	case err != nil:
		return err
	case was != nil && was.Propagate && row.Propagate:
		return w.tellCarried(line, row, AuditPropagatedClassificationUpdate, "Updated propagated classification: "+brief(c))
	case was != nil && was.Propagate:
		return w.tellGone(line, was)
	}
	return w.tellCarried(line, row, AuditPropagatedClassificationAdd, "Added propagated classification: "+brief(c))
}

// Reclassify changes classifications that a node has itself: the values that are
// given, the periods, and whether they are carried on.
func (w *Work) Reclassify(n *pedigree.Node, given []Classification) error {
	guid := w.GUID(n)
	if len(given) == 0 {
		return fault.New(fault.InvalidParameters, "classifications(s) not specified")
	}
	own, err := w.reader.Classifications([]pedigree.NodeID{n.ID})
	if err != nil {
		return err
	}
	was := slices.Clone(own)
	var changed []int
	for i := range given {
		c := &given[i]
		of := w.types.Classification(c.TypeName)
		if of == nil {
			return fault.New(fault.ClassificationNotFound, c.TypeName)
		}
		if c.EntityGUID != "" && !strings.EqualFold(c.EntityGUID, guid) {
			return fault.New(fault.ClassificationUpdateFromPropagatedEntity, c.TypeName)
		}
		at := slices.IndexFunc(own, func(o pedigree.Classification) bool { return o.Type == c.TypeName })
		if at < 0 {
			return fault.New(fault.ClassificationNotAssociatedWithEntity, c.TypeName)
		}
		if err := w.changeClassification(of, &own[at], c); err != nil {
			return err
		}
		if !slices.Contains(changed, at) {
			changed = append(changed, at)
		}
	}
	for _, at := range changed {
		if err := w.putClassification(n, &was[at], &own[at]); err != nil {
			return err
		}
	}
	return w.touch(n)
}

// changeClassification puts what is given in place of what a row says.
func (w *Work) changeClassification(of *schema.ClassificationType, row *pedigree.Classification, c *Classification) error {
	values, problems := classificationValues(of, c.Attributes, false)
	problems = append(problems, checkPeriods(c.ValidityPeriods)...)
	if len(problems) > 0 {
		return fault.New(fault.InvalidParameters, strings.Join(problems, ", "))
	}
	if len(values) > 0 {
		standing, _ := parseJSON(row.Attributes).(map[string]any)
		if standing == nil {
			standing = make(map[string]any)
		}
		maps.Copy(standing, values)
		for name, value := range values {
			if value == nil {
				if standing[name] = absent(of.Field(name)); standing[name] == nil {
					delete(standing, name)
				}
			}
		}
		row.Attributes = jsonText(standing)
	}
	if c.ValidityPeriods != nil {
		row.Validity = jsonText(c.ValidityPeriods)
	}
	c.carryAs(row)
	row.UpdatedBy = w.User()
	return nil
}

// Declassify takes a classification from the node that has it itself. With from,
// the guid of another entity, it is one that is carried from there, which only goes
// where that entity is gone.
func (w *Work) Declassify(n *pedigree.Node, name, from string) error {
	guid := w.GUID(n)
	if from != "" && from != guid {
		return w.uncarry(n, name, from)
	}
	own, err := w.reader.Classifications([]pedigree.NodeID{n.ID})
	if err != nil {
		return err
	}
	if len(own) == 0 {
		return fault.New(fault.NoClassificationsFoundForEntity, guid)
	}
	at := slices.IndexFunc(own, func(o pedigree.Classification) bool { return o.Type == name })
	if at < 0 {
		return fault.New(fault.ClassificationNotAssociatedWithEntity, name)
	}
	if _, err := w.tx.DeleteClassification(own[at].ID); err != nil {
		return err
	}
	line, err := w.auditLine(n, AuditClassificationDelete, "Deleted classification: "+name)
	if err != nil {
		return err
	}
	if err := w.tellGone(line, &own[at]); err != nil {
		return err
	}
	return w.touch(n)
}

// uncarry ends that a classification of an entity in the bin is carried on.
func (w *Work) uncarry(n *pedigree.Node, name, from string) error {
	carried, err := carry.Of(w.reader, []pedigree.NodeID{n.ID})
	if err != nil {
		return err
	}
	guid := w.GUID(n)
	for _, c := range carried[n.ID] {
		if c.Type != name {
			continue
		}
		sources, err := w.reader.Nodes([]pedigree.NodeID{c.Node})
		if err != nil {
			return err
		}
		if len(sources) == 0 || w.GUID(&sources[0]) != from {
			continue
		}
		if sources[0].Live() {
			return fault.New(fault.PropagatedClassificationRemovalNotSupported, name, from)
		}
		if err := w.tellGone(0, &c); err != nil {
			return err
		}
		c.RemoveOnDelete = true
		return w.tx.PutClassification(&c)
	}
	return fault.New(fault.PropagatedClassificationNotAssociatedWithEntity, name, from, guid)
}

// SetClassifications makes the classifications of entities those that their headers
// say, and tells line by line what it did. An entity is found by its unique
// attributes. What cannot be done is left.
func (w *Work) SetClassifications(headers map[string]*Header) ([]string, error) {
	var report []string
	for _, key := range slices.Sorted(maps.Keys(headers)) {
		h := headers[key]
		if h == nil {
			continue
		}
		lines, err := w.setClassifications(h)
		if err != nil {
			return nil, err
		}
		report = append(report, lines...)
	}
	return report, nil
}

func (w *Work) setClassifications(h *Header) ([]string, error) {
	t := w.types.Entity(h.TypeName)
	if t == nil {
		return []string{h.TypeName + ": (Skipped)"}, nil
	}
	n, err := w.Lookup(t, h.Attributes)
	if err != nil {
		return nil, err
	}
	name := uniqueNameOf(t, h)
	if n == nil {
		return []string{"Entity:" + t.Name() + ":" + name + ":[Not found]:(Skipped)"}, nil
	}
	own, err := w.reader.Classifications([]pedigree.NodeID{n.ID})
	if err != nil {
		return nil, err
	}
	guid := w.GUID(n)
	standing := make(map[string]bool)
	wanted := make(map[string]bool)
	var gone, changed, added []Classification
	for _, c := range h.Classifications {
		if h.GUID == "" || c.EntityGUID == "" || c.EntityGUID == h.GUID {
			wanted[c.TypeName] = true
		}
	}
	for _, c := range own {
		standing[c.Type] = true
		if !wanted[c.Type] {
			gone = append(gone, Classification{TypeName: c.Type})
		}
	}
	for _, c := range h.Classifications {
		if !wanted[c.TypeName] {
			continue
		}
		c.EntityGUID = ""
		if standing[c.TypeName] {
			changed = append(changed, c)
		} else {
			added = append(added, c)
		}
	}
	var lines []string
	var broken error
	say := func(what string, list []Classification, err error) {
		if _, known := errors.AsType[*fault.Error](err); err != nil && !known {
			broken = cmp.Or(broken, err)
		}
		names := make([]string, len(list))
		for i := range list {
			names[i] = list[i].TypeName
		}
		status := "(Done)"
		if err != nil {
			status = "(Partial)"
		}
		lines = append(lines, what+":"+guid+":"+t.Name()+":"+name+" -> "+strings.Join(names, ", ")+":"+status)
	}
	if len(gone) > 0 {
		var failed error
		for _, c := range gone {
			failed = cmp.Or(failed, w.Declassify(n, c.TypeName, ""))
		}
		say("Delete", gone, failed)
	}
	if len(changed) > 0 {
		say("Update", changed, w.tryClassify(n, changed, w.Reclassify))
	}
	if len(added) > 0 {
		say("Add", added, w.tryClassify(n, added, w.Classify))
	}
	return lines, broken
}

// tryClassify does one after the other and gives the first error of them.
func (w *Work) tryClassify(n *pedigree.Node, all []Classification, do func(*pedigree.Node, []Classification) error) error {
	var failed error
	for _, c := range all {
		if err := do(n, []Classification{c}); err != nil && failed == nil {
			failed = err
		}
	}
	return failed
}

// uniqueNameOf names the entity of a header in reports.
func uniqueNameOf(t *schema.EntityType, h *Header) string {
	if _, ok := h.Attributes["qualifiedName"]; ok {
		return "qualifiedName"
	}
	for _, f := range t.Unique() {
		return f.Def.Name
	}
	return "<no unique name>"
}
