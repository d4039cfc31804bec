package kubewatch

import (
	"encoding/json"
	"fmt"
	"time"
)

// An object is one object of the cluster, as far as it is understood.
type object struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name              string    `json:"name"`
		Namespace         string    `json:"namespace"`
		UID               string    `json:"uid"`
		ResourceVersion   string    `json:"resourceVersion"`
		CreationTimestamp time.Time `json:"creationTimestamp"`
		DeletionTimestamp string    `json:"deletionTimestamp"`
	} `json:"metadata"`

	raw json.RawMessage
}

func parseObject(raw json.RawMessage) (*object, error) {
	o := &object{raw: raw}
	if err := json.Unmarshal(raw, o); err != nil {
		return nil, fmt.Errorf("an object of the cluster cannot be read: %w", err)
	}
	return o, nil
}

// text gives the object as JSON, fit to be kept: with its kind, which objects in
// lists leave out, without the bookkeeping of who set which field, and without
// the content of secrets.
func (o *object) text(r Resource) (string, error) {
	var all, meta map[string]json.RawMessage
	if err := json.Unmarshal(o.raw, &all); err != nil {
		return "", err
	}
	if err := json.Unmarshal(all["metadata"], &meta); err != nil {
		return "", err
	}
	delete(meta, "managedFields")
	if r.isSecret() {
		delete(all, "data")
		delete(all, "stringData")
		delete(meta, "annotations") // kubectl keeps a copy of the object in one
	}
	all["apiVersion"], _ = json.Marshal(r.apiVersion())
	all["kind"], _ = json.Marshal(r.Kind)
	var err error
	if all["metadata"], err = json.Marshal(meta); err != nil {
		return "", err
	}
	text, err := json.Marshal(all)
	return string(text), err
}

// uri is the path of the object in its cluster, as objects once told themselves.
func (o *object) uri(r Resource) string {
	return r.path(o.Metadata.Namespace) + "/" + o.Metadata.Name
}
