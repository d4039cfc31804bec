// Package openapi describes an HTTP API in OpenAPI 3.1. Schemas are read off the
// Go types that are really sent and received, and what they mean from the
// comments in their source, so that there is one place to say each thing.
package openapi

import "encoding/json"

// A Document is the description of one API.
type Document struct {
	OpenAPI    string          `json:"openapi"`
	Info       Info            `json:"info"`
	Servers    []Server        `json:"servers"`
	Tags       []Tag           `json:"tags"`
	Paths      map[string]Path `json:"paths"`
	Components Components      `json:"components"`
}

// Info says which API it is.
type Info struct {
	Title       string  `json:"title"`
	Summary     string  `json:"summary,omitempty"`
	Description string  `json:"description,omitempty"`
	License     License `json:"license"`
	Version     string  `json:"version"`
}

// A License says under which terms the API is offered.
type License struct {
	Name       string `json:"name"`
	Identifier string `json:"identifier"` // as SPDX lists it
}

// A Server says where the paths begin.
type Server struct {
	URL         string `json:"url"`
	Description string `json:"description,omitempty"`
}

// A Tag groups operations.
type Tag struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

// A Path has the operations of a path, by their method in lower case.
type Path map[string]*Operation

// An Operation is one thing that can be asked for.
type Operation struct {
	ID          string               `json:"operationId"`
	Tags        []string             `json:"tags"`
	Summary     string               `json:"summary"`
	Description string               `json:"description,omitempty"`
	Parameters  []Parameter          `json:"parameters,omitempty"`
	Body        *Body                `json:"requestBody,omitempty"`
	Responses   map[string]*Response `json:"responses"`

	// Permission is what a caller must hold.
	Permission string `json:"x-permission"`
}

// A Parameter stands in the path or the query string.
type Parameter struct {
	Name        string  `json:"name"`
	In          string  `json:"in"`
	Description string  `json:"description"`
	Required    bool    `json:"required,omitempty"`
	Schema      *Schema `json:"schema"`
}

// A Body is what is sent with a request.
type Body struct {
	Required bool             `json:"required"`
	Content  map[string]Media `json:"content"` // by content type
}

// A Response is one way in which an operation answers. It is either said here
// or refers to a component.
type Response struct {
	Ref         string           `json:"$ref,omitempty"`
	Description string           `json:"description,omitempty"`
	Content     map[string]Media `json:"content,omitempty"` // by content type
}

// Media is content of one type.
type Media struct {
	Schema *Schema `json:"schema"`
}

// Components are what operations refer to.
type Components struct {
	Schemas   map[string]*Schema   `json:"schemas"`
	Responses map[string]*Response `json:"responses"`
}

// Text writes the document for people and programs, the same each time.
func (d *Document) Text() ([]byte, error) {
	text, err := json.MarshalIndent(d, "", "  ")
	return append(text, '\n'), err
}
