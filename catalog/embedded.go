package catalog

import (
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/schema"
)

// References within the values of attributes, soft ones and those in structs, have no
// edge: the guid of what they mean is kept where they stand.

// collectEmbedded reaches what the references within a value mean. What is wrong with
// the value is told later, with all else.
func (b *batch) collectEmbedded(f *schema.Field, value any) error {
	value, err := f.Type.Normalize(value)
	if err != nil {
		return nil //nolint:nilerr // as above
	}
	_, err = f.Embedded(value, func(id ObjectID, _ string) (ObjectID, error) {
		if assigned(id.GUID) {
			b.embedded = append(b.embedded, id.GUID)
		}
		return id, b.reach(id.GUID)
	})
	return err
}

// resolveEmbedded puts the guid of what they mean into the references within the
// values of a request.
func (s *saving) resolveEmbedded(r *request) error {
	for _, f := range r.typ.Fields {
		value := r.values[f.Def.Name]
		if !f.Embeds || value == nil {
			continue
		}
		value, err := f.Embedded(value, func(id ObjectID, typeName string) (ObjectID, error) {
			return s.resolveID(r, f, id, typeName)
		})
		if err != nil {
			return err
		}
		r.values[f.Def.Name] = value
	}
	return nil
}

func (s *saving) resolveID(r *request, f *schema.Field, id ObjectID, typeName string) (ObjectID, error) {
	one := ref{id: id}
	if err := s.resolveRef(&one); err != nil {
		if s.options.Import && fault.Is(err, fault.ReferencedEntityNotFound) {
			return id, nil // not in the archive: it may come in another
		}
		return id, err
	}
	target, err := s.targetType(&one)
	if err != nil {
		return id, err
	}
	if !target.IsA(typeName) {
		return id, fault.New(fault.InstanceCrudInvalidParams, r.typ.Name()+"."+f.Def.Name+"="+showID(&id)+": invalid value for type "+typeName)
	}
	if one.made != nil {
		return ObjectID{GUID: s.guidFor(one.made), Type: target.Name()}, nil
	}
	return ObjectID{GUID: s.GUID(one.node), Type: target.Name()}, nil
}

// guidFor gives the guid of the node that a request makes.
func (s *saving) guidFor(r *request) string {
	switch {
	case r.guid != "":
	case s.options.Import && assigned(r.key):
		r.guid = r.key
	default:
		r.guid = newGUID(s.Now())
	}
	return r.guid
}
