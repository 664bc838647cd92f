package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
)

const prefix = "/api/v1"

// anyone is the verb of operations for everybody who is signed in.
const anyone access.Verb = ""

// route is what an operation says of itself.
type route struct {
	id      string // POST /posts/{id}/schedule
	name    string // schedulePost
	verb    access.Verb
	summary string
	open    bool // nobody need be signed in
	person  bool // a person in the browser only: no token may
	secret  bool // its answer holds what is shown once and never kept
	notes   string
}

// on declares an operation and its handler, which is asked only when the caller may.
func on[I, O any](d *Door, r route, do func(ctx context.Context, by access.Actor, in *I) (O, error)) {
	huma.Register(d.api, d.operation(r), func(ctx context.Context, in *I) (*answer[O], error) {
		by, err := r.allows(ctx)
		if err != nil {
			return nil, d.said(ctx, err)
		}
		out, err := do(ctx, by, in)
		if err != nil {
			return nil, d.said(ctx, err)
		}
		return &answer[O]{out}, nil
	})
}

// act declares an operation that answers nothing: 204.
func act[I any](d *Door, r route, do func(ctx context.Context, by access.Actor, in *I) error) {
	huma.Register(d.api, d.operation(r), func(ctx context.Context, in *I) (*struct{}, error) {
		by, err := r.allows(ctx)
		if err == nil {
			err = do(ctx, by, in)
		}
		return nil, d.said(ctx, err)
	})
}

// allows asks who is there and whether they may.
func (r route) allows(ctx context.Context) (access.Actor, error) {
	c := callOf(ctx)
	c.secret = r.secret
	if r.open {
		return c.actor, nil
	}
	if c.actor.User == "" {
		return c.actor, unauthenticated()
	}
	if r.person && c.actor.Token != "" {
		return c.actor, fault.New(fault.Denied, "A token may not do this.").WithHint("Sign in with the browser.")
	}
	if r.verb != anyone {
		return c.actor, c.actor.May(r.verb)
	}
	return c.actor, nil
}

func unauthenticated() *Problem {
	return problem(http.StatusUnauthorized, "Nobody is signed in.", "Sign in, or send a token as “Authorization: Bearer …”.")
}

// said turns an error into what the caller is told, and logs what only we may know.
func (d *Door) said(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	p := problemOf(err)
	if p.Status >= 500 && ctx.Err() == nil {
		d.log.ErrorContext(ctx, "refused", "request", callOf(ctx).id, "kind", p.Kind, "error", err.Error())
	}
	return p
}

func asFault(err error) (*fault.Error, bool) { return errors.AsType[*fault.Error](err) }

// operation is the OpenAPI form of a route.
func (d *Door) operation(r route) huma.Operation {
	method, path, _ := strings.Cut(r.id, " ")
	tag, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	op := huma.Operation{
		OperationID: r.name,
		Method:      method,
		Path:        prefix + path,
		Summary:     r.summary,
		Description: r.notes,
		Tags:        []string{tag},
		Extensions:  map[string]any{},
		Responses: map[string]*huma.Response{"default": {
			Description: "What went wrong, and what to do.",
			Content: map[string]*huma.MediaType{"application/problem+json": {
				Schema: d.api.OpenAPI().Components.Schemas.Schema(typeOf[Problem](), true, ""),
			}},
		}},
	}
	if !r.open {
		op.Security = []map[string][]string{{"session": {}}, {"token": {}}}
		op.Extensions["x-verb"] = string(r.verb)
		if r.person {
			op.Security = op.Security[:1]
		}
		if method != http.MethodGet {
			op.Parameters = append(op.Parameters, &huma.Param{Name: "Idempotency-Key", In: "header",
				Description: "Repeating a write with the same key has no further effect and gives the first answer.",
				Schema:      &huma.Schema{Type: huma.TypeString, MaxLength: new(200)}})
		}
	} else {
		op.Security = []map[string][]string{}
	}
	return op
}

// soon answers for a part of the house that is not there.
func soon[I, O any](context.Context, access.Actor, *I) (O, error) {
	var none O
	return none, fault.New(fault.Unavailable, "This part of the house is not open.")
}

func soonAct[I any](context.Context, access.Actor, *I) error {
	return fault.New(fault.Unavailable, "This part of the house is not open.")
}
