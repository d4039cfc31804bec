package sqlstore

import (
	"github.com/pedigree-ml/pedigree"
)

func (t *tx) PutFiles(artifact pedigree.NodeID, files ...pedigree.File) error {
	for _, f := range files {
		if err := checkText("the path", f.Path, maxObjectKey); err != nil {
			return err
		}
		if _, err := t.exec(filePut, artifact, f.Path, f.Size, f.SHA256, f.Tag); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) CopyFiles(from, to pedigree.NodeID) error {
	_, err := t.exec(filesCopy, to, from)
	return err
}

func (t *tx) DeleteFiles(artifact pedigree.NodeID) error {
	_, err := t.exec(filesDelete, artifact)
	return err
}

func (t *tx) Files(artifact pedigree.NodeID, after string, limit int) ([]pedigree.File, error) {
	return t.files(filesOf, artifact, after, limit)
}

func (t *tx) UnreadFiles(artifact pedigree.NodeID, after string, limit int) ([]pedigree.File, error) {
	return t.files(filesUnread, artifact, after, limit)
}

func (t *tx) files(s *shape, artifact pedigree.NodeID, after string, limit int) ([]pedigree.File, error) {
	r, err := t.query(s, artifact, after, limit)
	if err != nil {
		return nil, err
	}
	var files []pedigree.File
	for r.next() {
		files = append(files, pedigree.File{Path: r.text(0), Size: r.int(1), SHA256: r.text(2), Tag: r.text(3)})
	}
	return files, r.close()
}

func (t *tx) CountFiles(artifact pedigree.NodeID) (count pedigree.FileCount, err error) {
	r, err := t.query(filesCount, artifact)
	if err != nil {
		return count, err
	}
	if r.next() {
		count = pedigree.FileCount{Files: int(r.int(0)), Unread: int(r.int(1)), Bytes: r.int(2)}
	}
	return count, r.close()
}
