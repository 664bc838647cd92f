package api

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/kithhq/kith/internal/access"
)

// raw declares an operation whose handler speaks HTTP itself: files, streams,
// the rehearsal stage. It is guarded and described like every other.
func raw(d *Door, r route, describe func(op *huma.Operation), do func(w http.ResponseWriter, req *http.Request, by access.Actor) error) {
	op := d.operation(r)
	for rest := op.Path; strings.Contains(rest, "{"); {
		_, rest, _ = strings.Cut(rest, "{")
		name, _, _ := strings.Cut(rest, "}")
		op.Parameters = append(op.Parameters, &huma.Param{Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString, MaxLength: new(200)}})
	}
	describe(&op)
	d.api.OpenAPI().AddOperation(&op)
	d.mux.HandleFunc(op.Method+" "+op.Path, func(w http.ResponseWriter, req *http.Request) {
		by, err := r.allows(req.Context())
		if err == nil {
			err = do(w, req, by)
		}
		if p := d.said(req.Context(), err); p != nil {
			p.write(w)
		}
	})
}

// takes says what body an operation reads.
func takes(op *huma.Operation, contentType string, schema *huma.Schema) {
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{contentType: {Schema: schema}}}
}

// gives says what an operation answers.
func gives(op *huma.Operation, status int, contentType string, schema *huma.Schema) {
	op.Responses[strconv.Itoa(status)] = &huma.Response{Description: http.StatusText(status), Content: map[string]*huma.MediaType{contentType: {Schema: schema}}}
}

// asks adds optional query parameters of text.
func asks(op *huma.Operation, names ...string) {
	for _, n := range names {
		op.Parameters = append(op.Parameters, &huma.Param{Name: n, In: "query", Schema: &huma.Schema{Type: huma.TypeString, MaxLength: new(200)}})
	}
}

func (d *Door) schema(t reflect.Type) *huma.Schema {
	return d.api.OpenAPI().Components.Schemas.Schema(t, true, "")
}
