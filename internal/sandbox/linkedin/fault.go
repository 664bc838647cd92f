package linkedin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/kithhq/kith/internal/sandbox"
)

// fault is a refusal in LinkedIn's words.
type fault struct {
	status  int
	service int    // serviceErrorCode of the older gateways
	code    string // of the newer answers
	text    string
}

func no(status int, code, format string, args ...any) *fault {
	return &fault{status: status, code: code, text: fmt.Sprintf(format, args...)}
}

func (f *fault) by(service int) *fault {
	f.service = service
	return f
}

func (n *Network) fail(w http.ResponseWriter, f *fault) {
	body := map[string]any{"message": f.text, "status": f.status}
	if f.code != "" {
		body["code"] = f.code
	}
	if f.service != 0 {
		body["serviceErrorCode"] = f.service
	}
	n.write(w, f.status, body)
}

func (n *Network) write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-RestLi-Protocol-Version", "2.0.0")
	w.Header().Set("X-Li-Fabric", "prod-lor1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // it is held back in memory
}

// empty answers without a body, as updates and deletions do.
func empty(w http.ResponseWriter, status int) {
	w.Header().Set("X-RestLi-Protocol-Version", "2.0.0")
	w.WriteHeader(status)
}

// refuse plays the weather in LinkedIn's words. No header about limits is documented: the wait is told only where the weather wants it.
func (n *Network) refuse(w http.ResponseWriter, _ *http.Request, r sandbox.Refusal) {
	switch {
	case r.Kind == sandbox.Throttled:
		n.fail(w, throttled())
	case r.Status == http.StatusGatewayTimeout || r.Status == http.StatusBadGateway:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(r.Status)
		_, _ = w.Write([]byte("<html><body><h1>" + strconv.Itoa(r.Status) + "</h1></body></html>")) // held back in memory
	case r.Status == http.StatusServiceUnavailable:
		n.fail(w, no(r.Status, "SERVICE_UNAVAILABLE", "Service Unavailable"))
	default:
		n.fail(w, no(r.Status, "INTERNAL_SERVER_ERROR", "Internal Server Error"))
	}
}

func throttled() *fault {
	return no(http.StatusTooManyRequests, "TOO_MANY_REQUESTS", "Resource level throttle limit for calls to this resource is reached.").by(101)
}

func denied(text string) *fault {
	return no(http.StatusForbidden, "ACCESS_DENIED", "%s", text).by(100)
}

func invalidURN(field, value, kind string) *fault {
	return no(http.StatusBadRequest, "INVALID_URN_TYPE", "%s value %s must be a %s URN", field, value, kind)
}

func missing(field string) *fault {
	return no(http.StatusUnprocessableEntity, "", "ERROR :: /%s :: field is required but not found and has no default value\n", field)
}

func wrong(field, value string) *fault {
	return no(http.StatusBadRequest, "INVALID_VALUE_FOR_FIELD", "%s can't be set to %s", field, value)
}

func tooLong(field string, length, most int) *fault {
	return no(http.StatusBadRequest, "FIELD_LENGTH_TOO_LONG", "%s length %d can't exceeded maximum %d length", field, length, most)
}

func nothing() *fault { return no(http.StatusNotFound, "NOT_FOUND", "Could not find entity") }

func badRequest(format string, args ...any) *fault {
	return no(http.StatusBadRequest, "ILLEGAL_ARGUMENT", format, args...)
}
