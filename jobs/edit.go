package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// The properties that people set by hand.
const (
	descriptionField = "description"
	fieldTagsField   = "field_tags" // JSON: the tags of each column
)

// A TagView is a tag that data sets and jobs can have.
type TagView struct{ Name, Description string }

// PutNamespace makes a namespace or changes who owns it.
func (s *Service) PutNamespace(ctx context.Context, ws pedigree.NodeID, name, owner, description string) error {
	if err := checkName("namespace", name, name); err != nil {
		return err
	}
	if len(owner) > maxOwner {
		return pedigree.Errorf(pedigree.Invalid, "the name of the owner is longer than %d bytes", maxOwner)
	}
	return s.store.Update(ctx, func(tx store.Tx) error {
		r := newRecorder(tx, ws)
		n, err := r.subject(pedigree.JobNamespaceType, short(name), name, ws)
		if err != nil {
			return err
		}
		n.set(&n.Owner, owner)
		if err := n.save(tx); err != nil {
			return err
		}
		return r.putField(n, descriptionField, description)
	})
}

// Tags lists the tags that were declared and those that show classifications, by name.
func (s *Service) Tags(ctx context.Context, ws pedigree.NodeID, p Page) (all []TagView, err error) {
	err = s.view(ctx, ws, func(v *viewer) error {
		nodes, err := v.list([]pedigree.NodeID{ws}, pedigree.JobTagType, Page{Limit: p.Limit + p.Offset}, byName)
		if err != nil {
			return err
		}
		facts, err := v.Facts(idsOf(nodes), pedigree.Field)
		if err != nil {
			return err
		}
		all = make([]TagView, len(nodes))
		for i := range nodes {
			all[i] = TagView{nodes[i].Name, field(&facts[i], descriptionField)}
		}
		marks, err := carry.Marks(v)
		for _, name := range marks {
			if at, declared := slices.BinarySearchFunc(all, name, func(t TagView, name string) int { return cmp.Compare(t.Name, name) }); !declared {
				all = slices.Insert(all, at, TagView{Name: name})
			}
		}
		all = all[min(p.Offset, len(all)):min(p.Offset+p.Limit, len(all))]
		return err
	})
	return all, err
}

// PutTag declares a tag.
func (s *Service) PutTag(ctx context.Context, ws pedigree.NodeID, tag TagView) error {
	if err := checkName("tag", tag.Name, tag.Name); err != nil {
		return err
	}
	return s.store.Update(ctx, func(tx store.Tx) error { return newRecorder(tx, ws).declareTag(tag, true) })
}

func (r *recorder) declareTag(tag TagView, describe bool) error {
	n, err := r.subject(pedigree.JobTagType, short(tag.Name), tag.Name, r.ws)
	if err != nil {
		return err
	}
	if err := n.save(r.tx); err != nil || !describe {
		return err
	}
	return r.putField(n, descriptionField, tag.Description)
}

// change runs fn on a live job or data set of OpenLineage.
func (s *Service) change(ctx context.Context, ws pedigree.NodeID, ref Ref, fn func(*recorder, *pedigree.Node) error) error {
	return s.store.Update(ctx, func(tx store.Tx) error {
		t, what := pedigree.LineageDatasetType, "Dataset"
		if ref.Job {
			t, what = pedigree.JobType, "Job"
		}
		n, err := newViewer(tx, ws).live(t, UID(ref.Namespace, ref.Name.Name), what, ref.Name.Name)
		if err != nil {
			return err
		}
		return fn(newRecorder(tx, ws), &n)
	})
}

// SetTag gives a job or data set a tag, or takes it away.
func (s *Service) SetTag(ctx context.Context, ws pedigree.NodeID, ref Ref, tag string, there bool) error {
	if err := checkName("tag", tag, tag); err != nil {
		return err
	}
	return s.change(ctx, ws, ref, func(r *recorder, n *pedigree.Node) error {
		if !there {
			_, err := r.tx.DeleteProperty(n, pedigree.Tag, tag)
			return err
		}
		if err := r.declareTag(TagView{Name: tag}, false); err != nil {
			return err
		}
		return r.tx.PutProperties(n, pedigree.Property{Space: pedigree.Tag, Key: tag})
	})
}

// SetFieldTag gives a column of a data set a tag, or takes it away.
func (s *Service) SetFieldTag(ctx context.Context, ws pedigree.NodeID, dataset Name, column, tag string, there bool) error {
	if err := checkName("tag", tag, tag); err != nil {
		return err
	}
	return s.change(ctx, ws, Ref{Name: dataset}, func(r *recorder, n *pedigree.Node) error {
		text, _, err := r.tx.Property(n.ID, pedigree.Field, fieldTagsField)
		if err != nil {
			return err
		}
		tags := read[map[string][]string](text)
		if tags == nil {
			tags = make(map[string][]string)
		}
		tags[column] = slices.DeleteFunc(tags[column], func(t string) bool { return t == tag })
		if there {
			tags[column] = append(tags[column], tag)
			if err := r.declareTag(TagView{Name: tag}, false); err != nil {
				return err
			}
		}
		encoded, err := json.Marshal(tags)
		if err != nil {
			return err
		}
		return r.tx.PutProperties(n, pedigree.Property{Space: pedigree.Field, Key: fieldTagsField, Value: string(encoded)})
	})
}

// Delete puts a job with its runs, or a data set, in the bin. The next event
// about it takes it out again.
func (s *Service) Delete(ctx context.Context, ws pedigree.NodeID, ref Ref) error {
	return s.change(ctx, ws, ref, func(r *recorder, n *pedigree.Node) error {
		n.Deleted = r.tx.Now()
		if err := r.tx.UpdateNode(n); err != nil || !ref.Job {
			return err
		}
		return r.tx.SetDeletedAt(n.ID, pedigree.JobRunType, n.Deleted)
	})
}

// DeleteNamespace puts all jobs and data sets of a namespace in the bin, and it too.
func (s *Service) DeleteNamespace(ctx context.Context, ws pedigree.NodeID, name string) error {
	return s.store.Update(ctx, func(tx store.Tx) error {
		v := newViewer(tx, ws)
		n, err := v.namespace(name)
		if err != nil {
			return err
		}
		jobs, _, err := tx.Find(&query.Query{Workspace: ws, Type: pedigree.JobType, Homes: []pedigree.NodeID{n.ID}, Order: []query.Order{byName}, Limit: counted})
		if err != nil {
			return err
		}
		for i := range jobs {
			if err := tx.SetDeletedAt(jobs[i].ID, pedigree.JobRunType, tx.Now()); err != nil {
				return err
			}
		}
		for _, t := range []pedigree.Type{pedigree.JobType, pedigree.LineageDatasetType, pedigree.LineageDatasetVersionType} {
			if err := tx.SetDeletedAt(n.ID, t, tx.Now()); err != nil {
				return err
			}
		}
		n.Deleted = tx.Now()
		return tx.UpdateNode(&n)
	})
}
