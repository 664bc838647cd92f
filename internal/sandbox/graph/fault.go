package graph

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"

	"github.com/kithhq/kith/internal/sandbox"
)

// Fault is an error in Graph's own form. The HTTP status says little on Graph: the code decides.
type Fault struct {
	Status    int    `json:"-"`
	Message   string `json:"message"`
	Type      string `json:"type"`
	Code      int    `json:"code"`
	Subcode   int    `json:"error_subcode,omitempty"`
	Title     string `json:"error_user_title,omitempty"`
	Text      string `json:"error_user_msg,omitempty"`
	Transient bool   `json:"is_transient,omitempty"`
	Data      any    `json:"error_data,omitempty"`
	Trace     string `json:"fbtrace_id"`
}

func (f *Fault) Error() string { return f.Message }

// No makes an error.
func No(status, code, subcode int, format string, args ...any) *Fault {
	return &Fault{Status: status, Message: fmt.Sprintf(format, args...), Type: "OAuthException", Code: code, Subcode: subcode}
}

// Invalid is an error about a parameter.
func Invalid(format string, args ...any) *Fault {
	return No(http.StatusBadRequest, 100, 0, "(#100) "+format, args...)
}

// Missing is Graph's answer for what is not there, what one may not see, and what that thing cannot do: the three are not told apart.
func Missing(method, id string) *Fault {
	verb := map[string]string{"GET": "get", "POST": "post", "DELETE": "delete"}[method]
	f := No(http.StatusBadRequest, 100, 33, "Unsupported %s request. Object with ID '%s' does not exist, cannot be loaded due to missing permissions, or does not support this operation. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api", verb, id)
	f.Type = "GraphMethodException"
	return f
}

// UnknownPath is an error about an address.
func UnknownPath(path string) *Fault {
	return No(http.StatusBadRequest, 2500, 0, "Unknown path components: /%s", path)
}

// Fail writes an error.
func Fail(w http.ResponseWriter, f *Fault) {
	f.Trace = fmt.Sprintf("A%021d", len(f.Message)*7919)
	if f.Code == 190 {
		w.Header().Set("WWW-Authenticate", fmt.Sprintf("OAuth \"Facebook Platform\" \"invalid_token\" %q", f.Message))
	}
	Write(w, f.Status, map[string]*Fault{"error": f})
}

// Write answers with a status and a value.
func Write(w http.ResponseWriter, status int, v any) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=UTF-8")
	h.Set("Facebook-Api-Version", "v25.0")
	if h.Get("X-App-Usage") == "" {
		h.Set("X-App-Usage", `{"call_count":3,"total_cputime":1,"total_time":2}`)
	}
	body, err := json.Marshal(v)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"error":{"message":"An unknown error has occurred.","type":"OAuthException","code":1}}`)
	}
	w.WriteHeader(status)
	w.Write(body)
}

// Refuse says the stage's refusals in Graph's words. Graph has no Retry-After: the wait stands, in minutes, in the business usage header.
// app and kind name the app and what it is used for in that header.
func Refuse(w http.ResponseWriter, r *http.Request, why sandbox.Refusal, app, kind string) {
	w.Header().Del("Retry-After")
	if why.Kind != sandbox.Throttled {
		status := http.StatusInternalServerError
		if why.Asked {
			status = why.Status
		}
		f := No(status, 2, 0, "An unexpected error has occurred. Please retry your request later.")
		if why.Kind == sandbox.ErrorAfter {
			f = No(status, 1, 99, "Please reduce the amount of data you're asking for, then retry your request")
		}
		f.Transient = true
		Fail(w, f)
		return
	}
	limits := []*Fault{
		No(http.StatusForbidden, 4, 0, "(#4) Application request limit reached"),
		No(http.StatusForbidden, 17, 2446079, "(#17) User request limit reached"),
		No(http.StatusForbidden, 32, 0, "(#32) Page request limit reached"),
		No(http.StatusBadRequest, 613, 0, "(#613) Calls to this api have exceeded the rate limit."),
	}
	f := *limits[sandbox.From(r.Context()).Seq%int64(len(limits))]
	if why.Asked {
		f.Status = why.Status
	}
	f.Transient = true
	w.Header().Set("X-App-Usage", `{"call_count":100,"total_cputime":25,"total_time":31}`)
	if why.RetryAfter != nil {
		w.Header().Set("X-Business-Use-Case-Usage", fmt.Sprintf(
			`{"%s":[{"type":"%s","call_count":100,"total_cputime":25,"total_time":31,"estimated_time_to_regain_access":%d}]}`,
			app, kind, int(math.Ceil(float64(*why.RetryAfter)/60))))
	}
	Fail(w, &f)
}
