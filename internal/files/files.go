// Package files is the door at which networks fetch media that they were given an
// address of: some of them take no uploads and ask for a web address instead. An
// address is sealed by this house, names one file, and expires; nothing else is
// given to anybody, and nobody can make one.
package files

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/blob"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
)

// lasts is how long an address holds: a network may fetch a video late, and more
// than once while it works on it.
const lasts = 24 * time.Hour

// row binds what is sealed to its purpose.
const row = "file address"

// Door answers /files/….
type Door struct {
	DB    *store.DB
	Keys  *secret.Keyring
	Blobs blob.Store
	// Base is the address under which networks reach this house.
	Base func() string
}

// Address makes the address of a file.
func (d *Door) Address(workspace, mediaID string) (string, error) {
	sealed, err := d.Keys.Seal(row, secret.Text(workspace+" "+mediaID+" "+strconv.FormatInt(d.DB.Now().Add(lasts).Unix(), 10)))
	if err != nil {
		return "", err
	}
	return d.Base() + "/files/" + url.PathEscape(sealed), nil
}

// Handler answers GET and HEAD at /files/{sealed}, with ranges.
func (d *Door) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /files/{sealed}", d.give)
	return mux
}

func (d *Door) give(w http.ResponseWriter, r *http.Request) {
	m, file, err := d.open(r.Context(), r.PathValue("sealed"))
	if err != nil {
		status := http.StatusNotFound // whatever is wrong: a stranger learns nothing
		if fault.Is(err, fault.Unavailable) {
			status = http.StatusServiceUnavailable
		}
		http.Error(w, http.StatusText(status), status)
		return
	}
	defer file.Close() //nolint:errcheck // it was only read
	h := w.Header()
	h.Set("Content-Type", m.Type)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=3600")
	h.Set("X-Robots-Tag", "noindex")
	http.ServeContent(w, r, "", m.CreatedAt, file)
}

func (d *Door) open(ctx context.Context, sealed string) (media.Media, blob.File, error) {
	nothing := fault.New(fault.NotFound, "There is no such file.")
	plain, err := d.Keys.Open(row, sealed)
	if err != nil {
		return media.Media{}, nil, nothing
	}
	parts := strings.Fields(plain.Reveal())
	if len(parts) != 3 {
		return media.Media{}, nil, nothing
	}
	until, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil || d.DB.Now().Unix() > until {
		return media.Media{}, nil, nothing
	}
	var m media.Media
	if err := store.View(ctx, d.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		m, err = media.Get(ctx, tx, parts[0], parts[1])
		return err
	}); err != nil {
		return m, nil, err
	}
	file, err := d.Blobs.Open(ctx, m.Key)
	return m, file, err
}
