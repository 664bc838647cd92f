package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
)

// answer holds back what a handler says until the stage has decided what becomes of it.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) reset() {
	a.header, a.status = http.Header{}, 0
	a.body.Reset()
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

func (a *answer) head(w http.ResponseWriter) {
	for k, v := range a.header {
		w.Header()[k] = v
	}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	if a.status != http.StatusNoContent && a.status != http.StatusNotModified {
		w.Header().Set("Content-Length", strconv.Itoa(a.body.Len()))
	}
	w.WriteHeader(a.status)
}

func (a *answer) send(w http.ResponseWriter) {
	a.head(w)
	w.Write(a.body.Bytes())
}

// sendHalf promises the whole length, sends half and answers the rest.
func (a *answer) sendHalf(w http.ResponseWriter) []byte {
	a.head(w)
	whole := a.body.Bytes()
	w.Write(whole[:len(whole)/2])
	http.NewResponseController(w).Flush()
	return whole[len(whole)/2:]
}

// sprinkle adds fields nobody announced to every object of a JSON answer. What is no JSON stays as it is.
func (a *answer) sprinkle() {
	if odd, ok := Sprinkle(a.body.Bytes()); ok {
		a.body.Reset()
		a.body.Write(odd)
	}
}

// Sprinkle adds unannounced fields to every object of a JSON text.
func Sprinkle(text []byte) ([]byte, bool) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return text, false
	}
	sprinkle(v)
	odd, err := json.Marshal(v)
	return odd, err == nil
}

func sprinkle(v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, inner := range v {
			sprinkle(inner)
		}
		v["zz_unannounced"] = map[string]any{"kind": "experiment", "bucket": 7, "flags": []any{nil, true, 1.5}}
		v["zz_nothing"] = nil
	case []any:
		for _, inner := range v {
			sprinkle(inner)
		}
	}
}
