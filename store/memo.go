package store

// A Memo is what a part of the server keeps for itself from one start to the next:
// work that waits, and what became of it. No wire shows it.
type Memo struct {
	Part    string // who keeps it
	Key     string // the name that it goes by there
	Content []byte
}

// A MemoReader reads memos. It is part of [Reader].
type MemoReader interface {
	// Memos gives those of a part, in the order in which they were first put, at most
	// limit; 0 is no bound.
	Memos(part string, limit int) ([]Memo, error)

	// Memo gives one; NotFound where there is none.
	Memo(part, key string) (*Memo, error)
}

// A MemoTx writes them. It is part of [Tx].
type MemoTx interface {
	// PutMemo stores a memo in place of that of the same part and key.
	PutMemo(m *Memo) error

	// DeleteMemo removes one and reports whether it was there.
	DeleteMemo(part, key string) (bool, error)
}
