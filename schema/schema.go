// Package schema holds the types of the catalog: what entities, classifications,
// relationships, structs and enums there are, what attributes they have and which
// values those take. Definitions of users are stored, those of the models that the
// server comes with are not; types of every other wire are seen here too.
package schema
