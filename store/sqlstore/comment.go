package sqlstore

import "github.com/pedigree-ml/pedigree"

const commentColumns = "id, workspace, node, author, text, created, updated"

var (
	commentByID    = define("comment by number", "PRIMARY KEY", "SELECT "+commentColumns+" FROM comment WHERE id = ?")
	commentsOf     = define("comments of a node", "comment_node", "SELECT "+commentColumns+" FROM comment WHERE node = ? AND id > ? ORDER BY id LIMIT ?")
	commentsLatest = define("latest comments of a node", "comment_node", "SELECT "+commentColumns+" FROM comment WHERE node = ? ORDER BY id DESC LIMIT ?")
	commentInsert  = define("add comment", "", "INSERT INTO comment (workspace, node, author, text, created, updated) VALUES (?,?,?,?,?,?)")
	commentUpdate  = define("change comment", "", "UPDATE comment SET text = ?, updated = ? WHERE id = ?")
	commentDelete  = define("remove comment", "", "DELETE FROM comment WHERE id = ?")
)

// maxComment bounds the text of a comment, in bytes.
const maxComment = 64 << 10

func (t *tx) Comment(id int64) (pedigree.Comment, error) {
	all, err := t.comments(t.query(commentByID, id))
	if err == nil && len(all) == 0 {
		err = errNotFound
	}
	if err != nil {
		return pedigree.Comment{}, err
	}
	return all[0], nil
}

func (t *tx) Comments(node pedigree.NodeID, after int64, limit int) ([]pedigree.Comment, error) {
	return t.comments(t.query(commentsOf, node, after, limit))
}

func (t *tx) LatestComments(node pedigree.NodeID, limit int) ([]pedigree.Comment, error) {
	return t.comments(t.query(commentsLatest, node, limit))
}

func (t *tx) comments(r *rows, err error) ([]pedigree.Comment, error) {
	if err != nil {
		return nil, err
	}
	var all []pedigree.Comment
	for r.next() {
		all = append(all, pedigree.Comment{
			ID: r.int(0), Workspace: r.id(1), Node: r.id(2), Author: r.text(3), Text: r.text(4), Created: r.time(5), Updated: r.time(6),
		})
	}
	return all, r.close()
}

func (t *tx) AddComment(c *pedigree.Comment) error {
	if err := checkComment(c); err != nil {
		return err
	}
	c.Created, c.Updated = t.now, t.now
	id, err := t.insert(commentInsert, c.Workspace, c.Node, c.Author, c.Text, c.Created, c.Updated)
	c.ID = id
	t.touch(c.Workspace, c.Node, pedigree.TouchComments)
	return classify(t.store.engine, err)
}

func (t *tx) UpdateComment(c *pedigree.Comment) error {
	if err := checkComment(c); err != nil {
		return err
	}
	c.Updated = t.after(c.Updated)
	changed, err := t.exec(commentUpdate, c.Text, c.Updated, c.ID)
	if err == nil && changed == 0 {
		err = errNotFound
	}
	t.touch(c.Workspace, c.Node, pedigree.TouchComments)
	return err
}

func (t *tx) DeleteComment(c *pedigree.Comment) (bool, error) {
	gone, err := t.exec(commentDelete, c.ID)
	if gone > 0 {
		t.touch(c.Workspace, c.Node, pedigree.TouchComments)
	}
	return gone > 0, err
}

func checkComment(c *pedigree.Comment) error {
	if err := checkText("the author", c.Author, maxOwner); err != nil {
		return err
	}
	return checkText("the comment", c.Text, maxComment)
}
