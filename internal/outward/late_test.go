package outward_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/outward"
)

// Who takes a file and never says to the end what became of it is not waited for.
func TestAnAnswerToAnUploadMustEnd(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // what came is of no interest
		_, _ = io.WriteString(w, `{"half":`)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	defer server.Close()
	for _, repeatable := range []bool{false, true} {
		ctx, want := t.Context(), fault.Uncertain
		if repeatable {
			ctx, want = outward.Repeatable(ctx), fault.Unavailable
		}
		var s *outward.Stream
		err := io.ErrNoProgress
		for timeout := 200 * time.Millisecond; err != nil && timeout < time.Minute; timeout *= 3 { // a busy machine may be slower than that
			c := client(t, func(o *outward.Options) { o.Timeout = timeout })
			s, err = c.Open(ctx, request(t, "PUT", server.URL, strings.Repeat("x", 1<<10)))
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(s.Body); !fault.Is(err, want) {
			t.Errorf("it comes to %v, and it should be %v", err, want)
		}
		if err := s.Body.Close(); err != nil {
			t.Error(err)
		}
	}
}
