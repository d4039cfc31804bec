package sqlstore

import (
	"github.com/pedigree-ml/pedigree"
)

// maxObjectKey bounds the key of an object, in bytes.
const maxObjectKey = 1024

func (t *tx) PutObjects(workspace pedigree.NodeID, objects ...pedigree.Object) error {
	for _, o := range objects {
		if err := checkText("the key", o.Key, maxObjectKey); err != nil {
			return err
		}
		if _, err := t.exec(objectPut, workspace, o.Key, o.Size, o.SHA256, o.Tag, t.now); err != nil {
			return err
		}
	}
	return nil
}

// What lies below a prefix are the keys between prefix + "/" and prefix + "0",
// the character after the slash; text is compared byte for byte.

func (t *tx) DeleteObjects(workspace pedigree.NodeID, prefix string) error {
	_, err := t.exec(objectsDelete, workspace, prefix, prefix+"/", prefix+"0")
	return err
}

func (t *tx) Objects(workspace pedigree.NodeID, prefix, after string, limit int) ([]pedigree.Object, error) {
	r, err := t.query(objectsBelow, workspace, prefix, prefix+"/", prefix+"0", after, limit)
	if err != nil {
		return nil, err
	}
	var objects []pedigree.Object
	for r.next() {
		objects = append(objects, pedigree.Object{Key: r.text(0), Size: r.int(1), SHA256: r.text(2), Tag: r.text(3), Time: r.time(4)})
	}
	return objects, r.close()
}
