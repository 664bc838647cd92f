package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

const prefix = "/api/v1"

// anyone is the verb of operations for everybody who is signed in.
const anyone access.Verb = ""

// route is what an operation says of itself.
type route struct {
	id      string // POST /posts/{id}/schedule
	name    string // schedulePost
	verb    access.Verb
	or      access.Verb // does as well
	summary string
	notes   string
	open    bool   // nobody need be signed in
	person  bool   // a person in the browser only: no token may
	secret  bool   // its answer holds what is shown once and never kept
	keyed   bool   // an Idempotency-Key counts
	renewed bool   // large and seldom other: a browser keeps it and asks whether it still holds
	audit   string // what the audit calls it; "" = the room records it, or it does not matter
}

// nothing is the answer of operations that answer 204.
type nothing struct{}

// read declares an operation that looks: its handler runs in one view.
func read[I, O any](d *Door, r route, do func(ctx context.Context, tx *store.Tx, by access.Actor, in *I) (O, error)) {
	on(d, r, func(ctx context.Context, by access.Actor, in *I) (out O, err error) {
		err = store.View(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) (err error) {
			out, err = do(ctx, tx, by, in)
			return err
		})
		return out, err
	})
}

// write declares an operation that changes one room: its handler runs in one
// transaction, and so does the memory of what was answered.
func write[I, O any](d *Door, r route, do func(ctx context.Context, tx *store.Tx, by access.Actor, in *I) (O, error)) {
	r.keyed = true
	on(d, r, func(ctx context.Context, by access.Actor, in *I) (out O, err error) {
		request, repeatable := callOf(ctx).repeated()
		err = store.Do(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) error {
			if repeatable {
				if done, err := recall(ctx, tx, by, request, &out); done || err != nil {
					return err
				}
			}
			var err error
			if out, err = do(ctx, tx, by, in); err != nil {
				return err
			}
			if err := r.record(ctx, tx, by, in, out); err != nil || !repeatable {
				return err
			}
			return remember(ctx, tx, by, r, request, out)
		})
		return out, err
	})
}

// way declares an operation that walks a way of the corridor, which opens its
// own transactions. A key is taken before and answered after; if the house falls
// in between, the one who repeats is told that it may have happened. The audit is
// written in the transaction in which the way takes effect, where its object is
// known beforehand: a channel that is connected has its id only afterwards.
func way[I, O any](d *Door, r route, do func(ctx context.Context, by access.Actor, in *I) (O, error)) {
	r.keyed = true
	on(d, r, func(ctx context.Context, by access.Actor, in *I) (out O, err error) {
		request, repeatable := callOf(ctx).repeated()
		if repeatable {
			done := false
			if err := store.Do(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) (err error) {
				if done, err = recall(ctx, tx, by, request, &out); done || err != nil {
					return err
				}
				return team.Answer(ctx, tx, by, request, "", begun)
			}); done || err != nil {
				return out, err
			}
		}
		audited := false
		if r.audit != "" && subject(in) != "" {
			ctx = flow.Beside(ctx, func(ctx context.Context, tx *store.Tx) error {
				tx.AfterCommit(func() { audited = true })
				return r.record(ctx, tx, by, in, nil)
			})
		}
		out, err = do(ctx, by, in)
		if fault.Is(err, fault.Uncertain) || err != nil && !repeatable {
			return out, err // an uncertain key stays taken
		}
		settle := store.Do(context.WithoutCancel(ctx), d.House.DB, func(ctx context.Context, tx *store.Tx) error {
			if err != nil {
				return team.Forget(ctx, tx, by, request)
			}
			if !audited {
				if err := r.record(ctx, tx, by, in, out); err != nil {
					return err
				}
			}
			if !repeatable {
				return nil
			}
			return remember(ctx, tx, by, r, request, out)
		})
		if settle != nil {
			d.log.WarnContext(ctx, "what was done could not be recorded", "request", callOf(ctx).id, "audit", r.audit, "error", settle)
		}
		return out, err
	})
}

// record writes what was done into the audit: the operation knows its object by
// its input, or by what it made.
func (r route) record(ctx context.Context, tx *store.Tx, by access.Actor, in, out any) error {
	if r.audit == "" {
		return nil
	}
	of, _, _ := strings.Cut(r.audit, ".")
	return team.Record(ctx, tx, by, r.audit, of+":"+subject(in, out), "")
}

// subject is the id of what an operation concerns, by the first that knows it.
func subject(all ...any) string {
	for _, of := range all {
		if it, ok := of.(interface{ about() string }); ok && it.about() != "" {
			return it.about()
		}
	}
	return ""
}

// What is known of a request with a key.
const (
	begun    = 1 // it began; nobody has written how it ended
	answered = 2
	shown    = 3 // answered with what is never kept
)

// recall gives the answer to a request that was answered already.
func recall[O any](ctx context.Context, tx *store.Tx, by access.Actor, request team.Request, out *O) (done bool, err error) {
	kept, status, err := team.Answered(ctx, tx, by, request)
	if err != nil || status == 0 {
		return false, err
	}
	switch status {
	case begun:
		return true, fault.New(fault.Conflict, "The same request has begun already, and how it ended is not known yet.").
			WithHint("Look whether it had its effect before you ask again with a new key.")
	case shown:
		return true, fault.New(fault.Conflict, "This was answered already, and the answer is shown only once.").WithHint("Take it back and make a new one.")
	}
	return true, json.Unmarshal([]byte(kept), out)
}

// once gives a write whose handler speaks HTTP itself its effect once. A form has another
// border each time that it is sent, so that what was sent is known by its content.
func once[O any](ctx context.Context, tx *store.Tx, by access.Actor, content string, do func() (O, error)) (out O, fresh bool, err error) {
	request := callOf(ctx).request
	if request.Key == "" {
		out, err = do()
		return out, true, err
	}
	request.Digest += " " + content
	if done, err := recall(ctx, tx, by, request, &out); done || err != nil {
		return out, false, err
	}
	if out, err = do(); err == nil {
		err = remember(ctx, tx, by, route{}, request, out)
	}
	return out, true, err
}

func remember(ctx context.Context, tx *store.Tx, by access.Actor, r route, request team.Request, out any) error {
	if r.secret {
		return team.Answer(ctx, tx, by, request, "", shown)
	}
	kept, err := json.Marshal(out)
	if err != nil {
		return err
	}
	return team.Answer(ctx, tx, by, request, string(kept), answered)
}

// on declares an operation and its handler, which is asked only when the caller may.
func on[I, O any](d *Door, r route, do func(ctx context.Context, by access.Actor, in *I) (O, error)) {
	op := d.operation(r)
	op.Middlewares = huma.Middlewares{d.gate(r)}
	if r.renewed {
		op.Middlewares = append(op.Middlewares, renewed)
	}
	saying := sayingOf(typeOf[O](), "", false)
	handle := func(ctx context.Context, in *I) (O, error) {
		out, err := do(ctx, callOf(ctx).actor, in)
		if err != nil { // never a Problem that is nil inside an error
			return out, d.said(ctx, err)
		}
		if lang := callOf(ctx).lang; saying != nil && lang != "en" {
			saying(reflect.ValueOf(&out).Elem(), lang)
		}
		return out, nil
	}
	if typeOf[O]() == typeOf[nothing]() {
		huma.Register(d.api, op, func(ctx context.Context, in *I) (*struct{}, error) {
			_, err := handle(ctx, in)
			return nil, err
		})
		return
	}
	huma.Register(d.api, op, func(ctx context.Context, in *I) (*answer[O], error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, err
		}
		return &answer[O]{out}, nil
	})
}

// gate lets nobody in who may not, before a word of the request is read.
func (d *Door) gate(r route) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		if _, err := r.allows(ctx.Context()); err != nil {
			_, w := humago.Unwrap(ctx)
			d.said(ctx.Context(), err).write(w)
			return
		}
		next(ctx)
	}
}

// allows asks who is there and whether they may.
func (r route) allows(ctx context.Context) (access.Actor, error) {
	by := callOf(ctx).actor
	switch {
	case r.open:
		return by, nil
	case by.User == "":
		return by, unauthenticated()
	case r.person && by.Token != "":
		return by, fault.New(fault.Denied, "A token may not do this.").WithHint("Sign in with the browser.")
	case r.or != anyone && by.Can(r.or):
		return by, nil
	case r.verb != anyone:
		return by, by.May(r.verb)
	}
	return by, nil
}

func unauthenticated() *Problem {
	return problem(http.StatusUnauthorized, "Nobody is signed in.", "Sign in, or send a token as “Authorization: Bearer …”.")
}

// said turns an error into what the caller is told, and logs what only we may
// know. It gives nil for nil.
func (d *Door) said(ctx context.Context, err error) *Problem {
	if err == nil {
		return nil
	}
	if p, ok := errors.AsType[*Problem](err); ok {
		return p.in(callOf(ctx).lang)
	}
	p := problemOf(err)
	if p.Status >= 500 && ctx.Err() == nil {
		d.log.ErrorContext(ctx, "refused", "request", callOf(ctx).id, "kind", p.Kind, "error", err.Error())
	}
	return p.in(callOf(ctx).lang)
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
			Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: d.schema(typeOf[Problem]())}},
		}},
	}
	if r.open {
		op.Security = []map[string][]string{}
		return op
	}
	op.Security = []map[string][]string{{"session": {}}, {"token": {}}}
	op.Extensions["x-verb"] = string(r.verb)
	if r.person {
		op.Security = op.Security[:1]
	}
	if r.keyed && method != http.MethodGet {
		op.Parameters = append(op.Parameters, &huma.Param{Name: "Idempotency-Key", In: "header",
			Description: "Repeating a write with the same key has no further effect and gives the first answer.",
			Schema:      &huma.Schema{Type: huma.TypeString, MaxLength: new(200)}})
	}
	return op
}
