package transfer

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
)

// Where entities are copied from one server to another, they say so: in an attribute,
// which lists the servers they were copied to, or from, and the server says up to when
// which of them was.
const (
	copiedTo   = "replicatedTo"
	copiedFrom = "replicatedFrom"
	skipNote   = "skipUpdateReplicationAttr"

	serverType    = "AtlasServer"
	replicaDetail = "REPL_DETAILS"
)

// serverName is the last part of the full name of a server, dc$name.
func serverName(full string) string {
	parts := strings.FieldsFunc(full, func(r rune) bool { return r == '$' })
	switch len(parts) {
	case 0:
		return ""
	case 1:
		return parts[0]
	}
	return parts[1]
}

// serverOf gives the guid of the entity that another server is, by its full name. It is
// made if it is not there.
func serverOf(w *catalog.Work, full string) (guid string, made bool, err error) {
	n, err := w.Lookup(w.Types().Entity(serverType), map[string]any{"fullName": full})
	if err != nil {
		return "", false, err
	}
	if n != nil {
		return w.GUID(n), false, nil
	}
	name := serverName(full)
	done, err := w.Save(&catalog.Batch{Entities: []*catalog.Entity{{
		TypeName: serverType, GUID: "-1", Attributes: map[string]any{"name": name, "displayName": name, "fullName": full},
	}}}, catalog.SaveOptions{})
	if err != nil {
		return "", false, err
	}
	return done.Assignments["-1"], true, nil
}

// noteCopied notes of a server up to when an entity, and what belongs to it, was copied.
func noteCopied(w *catalog.Work, server, entity string, at pedigree.Time) error {
	n, err := w.NodeByGUID(server)
	if err != nil {
		return err
	}
	all, err := w.Entities([]pedigree.Node{*n}, catalog.ReadOptions{NoReferred: true, NoRelationships: true})
	if err != nil {
		return err
	}
	info, _ := all.Entities[0].Attributes["additionalInfo"].(map[string]any)
	more := map[string]any{}
	for key, value := range info {
		more[key] = value
	}
	details := make(map[string]any)
	if text, ok := more[replicaDetail].(string); ok {
		_ = json.Unmarshal([]byte(text), &details) // what is no JSON says nothing
	}
	details[entity] = at
	more[replicaDetail] = jsonText(details)
	_, err = w.Save(&catalog.Batch{Entities: []*catalog.Entity{{TypeName: serverType, GUID: server, Attributes: map[string]any{"additionalInfo": more}}}}, catalog.SaveOptions{Partial: true})
	return err
}

// copied adds a server to those that an attribute lists, if entities of the type have
// it; false where that changes nothing.
func copied(w *catalog.Work, e *catalog.Entity, attribute, server string) bool {
	t := w.Types().Entity(e.TypeName)
	if t == nil || t.Field(attribute) == nil {
		return false
	}
	list, _ := e.Attributes[attribute].([]any)
	there := slices.ContainsFunc(list, func(one any) bool {
		m, _ := one.(map[string]any)
		return m["guid"] == server
	})
	if there {
		return false
	}
	if e.Attributes == nil {
		e.Attributes = make(map[string]any)
	}
	e.Attributes[attribute] = append(slices.Clone(list), map[string]any{"guid": server, "typeName": serverType})
	return true
}

// copyKey is the entity under which a server says up to when one was copied: in Hive
// the database that it is of.
func copyKey(w *catalog.Work, guid string) (string, error) {
	nodes, err := w.NodesByGUID([]string{guid})
	if err != nil {
		return "", err
	}
	n := nodes[guid]
	if n == nil { // it has another here
		return guid, nil
	}
	all, err := w.Entities([]pedigree.Node{*n}, catalog.ReadOptions{NoReferred: true, NoRelationships: true})
	if err != nil {
		return "", err
	}
	e := all.Entities[0]
	if e.TypeName != "hive_table" && e.TypeName != "hive_column" {
		return guid, nil
	}
	name, _ := e.Attributes["qualifiedName"].(string)
	database, _, _ := strings.Cut(name, ".")
	_, cluster, _ := strings.Cut(name, "@")
	if n, err = w.Lookup(w.Types().Entity("hive_db"), map[string]any{"qualifiedName": database + "@" + cluster}); err != nil || n == nil {
		return guid, err
	}
	return w.GUID(n), nil
}

// noteReplica notes of a server up to when that was copied of which one entity was the
// first.
func noteReplica(w *catalog.Work, full, first string, at pedigree.Time) error {
	server, _, err := serverOf(w, full)
	if err != nil {
		return err
	}
	key, err := copyKey(w, first)
	if err != nil {
		return err
	}
	return noteCopied(w, server, key, at)
}

// noteCopies has what was exported say where to.
func (e *export) noteCopies() error {
	full := e.request.text(copiedTo)
	if full == "" || e.request.text(skipNote) == "true" || e.firstOut == "" {
		return nil
	}
	err := e.entities.Update(e.ctx, e.workspace, func(w *catalog.Work) error { return noteReplica(w, full, e.firstOut, e.result.ChangeMarker) })
	for from := 0; err == nil && from < len(e.walk.known); {
		var ids []pedigree.NodeID
		for ; from < len(e.walk.known) && len(ids) < unitEntities; from++ {
			if e.walk.known[from]&out != 0 {
				ids = append(ids, pedigree.NodeID(from))
			}
		}
		err = e.entities.Update(e.ctx, e.workspace, func(w *catalog.Work) error { return noteSome(w, ids, full) })
	}
	return err
}

func noteSome(w *catalog.Work, ids []pedigree.NodeID, full string) error {
	server, _, err := serverOf(w, full)
	if err != nil {
		return err
	}
	nodes, err := w.Reader().Nodes(ids)
	if err != nil {
		return err
	}
	all, err := w.Entities(nodes, catalog.ReadOptions{NoReferred: true, NoRelationships: true})
	if err != nil {
		return err
	}
	for i, one := range all.Entities {
		if !copied(w, one, copiedTo, server) {
			continue
		}
		if err := w.Note(&nodes[i], copiedTo, one.Attributes[copiedTo]); err != nil {
			return err
		}
	}
	return nil
}

// source gives the full name of the server that an import notes as where its entities
// come from, empty for none.
func (i *importing) source() string {
	if i.request.Options[skipNote] == "true" {
		return ""
	}
	return i.request.Options[copiedFrom]
}
