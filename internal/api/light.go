package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/klauspost/compress/gzhttp"
)

// light makes answers small on the wire: whoever runs Kith without a proxy that
// packs would otherwise wait on a phone for 140 kB of what networks can do. News
// are sent as they come, and pictures are packed already: only text is. What
// strangers wrote and what members wrote share an answer, so that its length is
// blurred: nobody learns the one by trying the other.
func light() (func(http.Handler) http.HandlerFunc, error) {
	return gzhttp.NewWrapper(gzhttp.EnableZstd(false), gzhttp.RandomJitter(32, 0, false),
		gzhttp.ContentTypes([]string{"application/json", "application/problem+json", "application/openapi+json", "text/csv"}))
}

// renewed is for answers that seldom change and are large: a browser keeps the one
// it has, asks whether it still holds, and is told so in a line.
func renewed(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	said := &refusal{header: w.Header(), status: http.StatusOK}
	next(humago.NewContext(ctx.Operation(), r, said))
	if said.status != http.StatusOK {
		w.WriteHeader(said.status)
		_, _ = w.Write(said.Bytes()) // who does not listen is not told
		return
	}
	sum := sha256.Sum256(said.Bytes())
	w.Header().Set("ETag", `W/"`+hex.EncodeToString(sum[:12])+`"`) // packed or not
	w.Header().Set("Cache-Control", "private, no-cache")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(said.Bytes()))
}
