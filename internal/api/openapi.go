package api

import (
	"bytes"
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"
)

// description is what the OpenAPI text says of the whole.
func description() huma.Config {
	c := huma.DefaultConfig("Kith", "1")
	c.Info.Description = "One API for people and programs: the browser application uses nothing else. " +
		"Errors are application/problem+json and say what happened and what to do. " +
		"Every write takes an Idempotency-Key, but for those of which nothing is left that could be doubled: checks, what is done before somebody is signed in, pieces of an upload by tus, and the rehearsal's stage."
	c.CreateHooks = nil // no $schema in answers
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", ""
	c.RejectUnknownQueryParameters = true
	c.NoFormatFallback = false
	c.Transformers = []huma.Transformer{ours}
	c.Formats = map[string]huma.Format{"application/json": format(), "json": format()}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: sessionCookie, Description: "A person in the browser."},
		"token":   {Type: "http", Scheme: "bearer", Description: "A program, with a token from Settings."},
	}
	return c
}

const sessionCookie = "kith_session"

// OpenAPI gives the text that describes this door.
func (d *Door) OpenAPI() ([]byte, error) {
	plain, err := json.Marshal(d.api.OpenAPI())
	if err != nil {
		return nil, err
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, plain, "", "  "); err != nil {
		return nil, err
	}
	return append(pretty.Bytes(), '\n'), nil
}
