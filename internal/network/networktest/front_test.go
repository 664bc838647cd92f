package networktest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Whoever has an answer, or a part of one, finds its request: one that is remembered only
// afterwards may come too late for a test that counts.
func TestARequestIsThereBeforeItsAnswer(t *testing.T) {
	f := &Front{}
	f.next = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			t.Error(err)
		}
		w.WriteHeader(http.StatusNoContent)
		if all := f.Requests(); len(all) != 1 || all[0].Method != http.MethodPost || all[0].Path != "/notes" || all[0].Query != "a=1" || string(all[0].Body) != "words" {
			t.Errorf("while it is answered: %+v", all)
		}
	})
	f.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/notes?a=1", strings.NewReader("words")))
}
