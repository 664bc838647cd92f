package youtube

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/kithhq/kith/internal/sandbox"
)

// fault is an error in Google's form: {error: {code, message, errors: [{domain, reason, message, location, locationType}], status}}.
type fault struct {
	status   int
	domain   string
	reason   string
	message  string
	location string // a parameter, or "Authorization"
}

func no(status int, domain, reason, format string, args ...any) *fault {
	return &fault{status: status, domain: domain, reason: reason, message: fmt.Sprintf(format, args...)}
}

// at says which parameter is wrong.
func (f *fault) at(location string) *fault {
	f.location = location
	return f
}

func bad(domain, reason, format string, args ...any) *fault {
	return no(http.StatusBadRequest, domain, reason, format, args...)
}

func (f *fault) body() any {
	one := map[string]any{"message": f.message, "domain": f.domain, "reason": f.reason}
	if f.location != "" {
		kind := "parameter"
		if f.location == "Authorization" {
			kind = "header"
		}
		one["location"], one["locationType"] = f.location, kind
	}
	said := map[string]any{"code": f.status, "message": f.message, "errors": []any{one}}
	if status := map[int]string{400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
		429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE"}[f.status]; status != "" {
		said["status"] = status
	}
	if f.reason == "insufficientPermissions" {
		said["details"] = []any{map[string]any{"@type": "type.googleapis.com/google.rpc.ErrorInfo",
			"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "domain": "googleapis.com"}}
	}
	return map[string]any{"error": said}
}

func (n *Network) fail(w http.ResponseWriter, f *fault) {
	if f.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="https://accounts.google.com/", error="invalid_token"`)
	}
	n.write(w, f.status, f.body())
}

func (n *Network) write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	body, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"error":{"code":500,"message":"Internal error encountered.","status":"INTERNAL"}}`)
	}
	w.WriteHeader(status)
	w.Write(body)
}

// refuse says the stage's refusals in Google's words.
func (n *Network) refuse(w http.ResponseWriter, r *http.Request, why sandbox.Refusal) {
	if why.Kind != sandbox.Throttled {
		status := http.StatusServiceUnavailable
		if why.Kind == sandbox.ErrorAfter {
			status = http.StatusInternalServerError
		}
		if why.Asked {
			status = why.Status
		}
		n.fail(w, no(status, "global", "backendError", "Backend Error"))
		return
	}
	limits := []*fault{
		no(http.StatusForbidden, "usageLimits", "rateLimitExceeded", "Rate Limit Exceeded"),
		no(http.StatusForbidden, "usageLimits", "userRateLimitExceeded", "User Rate Limit Exceeded"),
		no(http.StatusTooManyRequests, "global", "rateLimitExceeded", "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user'"),
	}
	f := *limits[sandbox.From(r.Context()).Seq%int64(len(limits))]
	if why.Asked {
		f.status = why.Status
	}
	n.fail(w, &f)
}
