package api

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/kithhq/kith/internal/fault"
)

// Problem is what every refusal looks like (RFC 9457).
type Problem struct {
	Type       string       `json:"type" doc:"about:blank"`
	Title      string       `json:"title"`
	Status     int          `json:"status"`
	Detail     string       `json:"detail" doc:"What happened, in a sentence."`
	Kind       string       `json:"kind" enum:"internal,invalid,denied,not_found,conflict,throttled,unavailable,uncertain" doc:"What the caller does: mend it (invalid), read again (conflict), repeat later (throttled, unavailable), look first and never repeat blindly (uncertain)."`
	Field      string       `json:"field,omitempty" doc:"The field or parameter that is wrong."`
	Hint       string       `json:"hint,omitempty" doc:"What to do about it."`
	RetryAfter int          `json:"retry_after,omitempty" doc:"Seconds; not before."`
	Errors     []FieldError `json:"errors,omitempty" nullable:"false" doc:"All that is wrong, when it is more than one field."`
}

// FieldError is one of several things that are wrong with a request.
type FieldError struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

var (
	_ huma.StatusError       = (*Problem)(nil)
	_ huma.HeadersError      = (*Problem)(nil)
	_ huma.ContentTypeFilter = (*Problem)(nil)
)

// statuses is the one table from kinds to HTTP.
var statuses = map[fault.Kind]int{
	fault.Internal:    http.StatusInternalServerError,
	fault.Invalid:     http.StatusUnprocessableEntity,
	fault.Denied:      http.StatusForbidden,
	fault.NotFound:    http.StatusNotFound,
	fault.Conflict:    http.StatusConflict,
	fault.Throttled:   http.StatusTooManyRequests,
	fault.Unavailable: http.StatusServiceUnavailable,
	fault.Uncertain:   http.StatusBadGateway,
}

// problemOf says an error over HTTP.
func problemOf(err error) *Problem {
	kind := fault.KindOf(err)
	text, hint := fault.Shown(err)
	p := &Problem{Type: "about:blank", Status: statuses[kind], Detail: text, Hint: hint, Kind: kind.String()}
	if f, ok := asFault(err); ok && kind != fault.Internal {
		p.Field = f.Field
		p.RetryAfter = int(math.Ceil(f.After.Seconds()))
	} else if kind == fault.Unavailable { // a context that ended
		p.Detail, p.Hint = "The request was given up.", "Try again."
	}
	p.Title = http.StatusText(p.Status)
	return p
}

// problem makes one that no fault describes: what HTTP itself refuses.
func problem(status int, detail, hint string) *Problem {
	p := &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Hint: hint, Kind: fault.Invalid.String()}
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		p.Kind = fault.Denied.String()
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		p.Kind = fault.NotFound.String()
	case http.StatusTooManyRequests:
		p.Kind = fault.Throttled.String()
	case http.StatusInternalServerError:
		p.Kind = fault.Internal.String()
	}
	return p
}

// Error gives the sentence.
func (p *Problem) Error() string { return p.Detail }

// GetStatus gives the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders says Retry-After where it is known.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.RetryAfter))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="kith"`)
	}
	return h
}

// ContentType is that of problems.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// write answers outside of an operation.
func (p *Problem) write(w http.ResponseWriter) {
	for k, v := range p.GetHeaders() {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // who does not listen is not told
}

// ours turns what the framework refuses into a Problem; everything else passes.
func ours(ctx huma.Context, _ string, v any) (any, error) {
	e, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	if e.Status >= 500 { // an error that nobody turned: its text is not for people
		return problemOf(fault.New(fault.Internal, "%s", e.Detail)).in(callOf(ctx.Context()).lang), nil
	}
	p := problem(e.Status, sentence(e.Detail), "")
	for _, d := range e.Errors {
		if d == nil {
			continue
		}
		field := field(d.Location)
		detail := sentence(d.Message)
		switch {
		case e.Status == http.StatusUnsupportedMediaType:
			detail = "This type of body is not understood here."
			p.Hint = "Send JSON with Content-Type: application/json."
		case e.Status == http.StatusBadRequest && field == "":
			detail = "The body is not JSON: " + d.Message + "."
		case d.Message == "unexpected property":
			detail = "There is no field “" + field + "” here."
		case d.Message == "unknown query parameter":
			detail = "There is no parameter “" + field + "” here."
		}
		p.Errors = append(p.Errors, FieldError{field, detail})
	}
	if len(p.Errors) > 0 {
		p.Field, p.Detail = p.Errors[0].Field, p.Errors[0].Detail
		if p.Hint == "" {
			p.Hint = "Mend the request; the OpenAPI text at /api/v1/openapi.json says what is expected."
		}
	}
	if len(p.Errors) < 2 {
		p.Errors = nil
	}
	if e.Status == http.StatusRequestEntityTooLarge {
		p.Detail, p.Hint = "The request is too large.", "Send less at once."
	}
	return p.in(callOf(ctx.Context()).lang), nil
}

// field is a place in a request as people write it: body.parts[0].text → parts[0].text.
func field(location string) string {
	for _, from := range []string{"body", "path", "query", "header"} {
		if location == from {
			return ""
		}
		if rest, ok := strings.CutPrefix(location, from+"."); ok {
			return rest
		}
	}
	return location
}

func sentence(s string) string {
	if s == "" {
		return s
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}
