package query

// A Scalar is an expression with a value that may be null, as in SQL.
type Scalar interface{ scalar() }
