// Package pedigree is the vocabulary of the server: the nouns that every wire,
// rule and engine shares. It imports the standard library only and holds no
// behaviour beyond what a noun must know about itself.
//
// Everything that has a pedigree is a [Node] of one of three kinds: an
// artifact (a thing), an execution (something that happened) or a context (a
// grouping). Properties describe a node, points trace its metrics over time,
// and events say which execution read or wrote which artifact.
package pedigree
