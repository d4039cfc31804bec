package api

import (
	"net/http"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
)

// commentEndpoints are what people write below nodes.
func (h *Handler) commentEndpoints() []endpoint {
	missing := []pedigree.Code{pedigree.NotFound}
	node, id := nodeIn("node", "the node's number").onPath(), numberOf("comment", "the comment's number", 1, maxWhole).onPath()
	const all, one = "/nodes/{node}/comments", "/nodes/{node}/comments/{comment}"
	list := []endpoint{{
		id: "listComments", method: "GET", path: all, permission: route.Read, summary: "Give the comments on a node, oldest first",
		parameters: []parameter{node, limitOf(100, 1000), cursorOf("after")}, answer: CommentsAnswer{}, problems: missing, call: h.comments,
	}, {
		id: "addComment", method: "POST", path: all, permission: route.Write, summary: "Write a comment below a node",
		detail:     "Who watches hears of it, and searches find the node by its words.",
		parameters: []parameter{node}, body: CommentDraft{}, status: http.StatusCreated, answer: Comment{},
		problems: []pedigree.Code{pedigree.NotFound, pedigree.BadState}, call: h.addComment,
	}, {
		id: "getComment", method: "GET", path: one, permission: route.Read, summary: "Give one comment",
		parameters: []parameter{node, id}, answer: Comment{}, problems: missing, call: h.comment,
	}, {
		id: "editComment", method: "PATCH", path: one, permission: route.Write, summary: "Give a comment another text",
		detail:     "Its author alone may. The history of the node keeps what it was.",
		parameters: []parameter{node, id}, body: CommentDraft{}, answer: Comment{}, problems: missing, call: h.editComment,
	}, {
		id: "deleteComment", method: "DELETE", path: one, permission: route.Delete, summary: "Remove a comment, whoever wrote it",
		detail:     "The history of the node keeps what it was.",
		parameters: []parameter{node, id, reasonParameter()}, answer: Nothing{}, problems: missing, call: h.deleteComment,
	}}
	for i := range list {
		list[i].group = commentGroup
	}
	return list
}

// A CommentDraft is a comment as it is written.
type CommentDraft struct {
	Text string `json:"text" minLength:"1" maxLength:"65536" pattern:"\\S"` // Markdown, at most 64 KiB in UTF-8
}

// A Comment is what somebody wrote below a node.
type Comment struct {
	ID      int64           `json:"id"`
	Node    pedigree.NodeID `json:"node"`
	Author  string          `json:"author"` // empty for the one local user
	Text    string          `json:"text"`   // Markdown, as it was written: whoever shows it must make it safe
	Created string          `json:"created" format:"date-time"`
	Updated string          `json:"updated" format:"date-time"` // when its text last changed
}

func commentOf(c *pedigree.Comment) Comment {
	return Comment{c.ID, c.Node, c.Author, c.Text, moment(c.Created), moment(c.Updated)}
}

// A CommentsAnswer is one page of the comments on a node.
type CommentsAnswer struct {
	Comments []Comment `json:"comments"`
	Next     string    `json:"next,omitempty"` // for the parameter after of the next page
}

// comments gives a page of the comments on a node.
func (h *Handler) comments(w http.ResponseWriter, r *request) error {
	found, err := h.Comments.List(r.Context(), h.workspace(), r.node("node"), r.number("after"), r.limit())
	if err != nil {
		return err
	}
	a := CommentsAnswer{Comments: make([]Comment, len(found))}
	for i := range found {
		a.Comments[i] = commentOf(&found[i])
	}
	if len(found) == r.limit() {
		a.Next = strconv.FormatInt(found[len(found)-1].ID, 10)
	}
	return answer(w, a)
}

// addComment writes one, and tells where it is.
func (h *Handler) addComment(w http.ResponseWriter, r *request) error {
	var draft CommentDraft
	if err := r.read(&draft); err != nil {
		return err
	}
	c, err := h.Comments.Add(r.Context(), h.workspace(), r.node("node"), draft.Text)
	if err != nil {
		return err
	}
	w.Header().Set("Location", r.URL.EscapedPath()+"/"+strconv.FormatInt(c.ID, 10))
	write(w, http.StatusCreated, jsonType, commentOf(&c))
	return nil
}

// comment gives one.
func (h *Handler) comment(w http.ResponseWriter, r *request) error {
	c, err := h.Comments.Get(r.Context(), h.workspace(), r.node("node"), r.number("comment"))
	return answerComment(w, &c, err)
}

// editComment gives one another text.
func (h *Handler) editComment(w http.ResponseWriter, r *request) error {
	var draft CommentDraft
	if err := r.read(&draft); err != nil {
		return err
	}
	c, err := h.Comments.Edit(r.Context(), h.workspace(), r.node("node"), r.number("comment"), draft.Text)
	return answerComment(w, &c, err)
}

func answerComment(w http.ResponseWriter, c *pedigree.Comment, err error) error {
	if err != nil {
		return err
	}
	return answer(w, commentOf(c))
}

// deleteComment removes one.
func (h *Handler) deleteComment(w http.ResponseWriter, r *request) error {
	if err := h.Comments.Remove(explained(r), h.workspace(), r.node("node"), r.number("comment")); err != nil {
		return err
	}
	return answer(w, Nothing{})
}
